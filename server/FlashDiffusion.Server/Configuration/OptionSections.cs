using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>One class of options a section of the configuration, all checked before anything starts.</summary>
internal static class OptionSections
{
    /// <summary>Section of the engine's own options.</summary>
    private const string EngineSection = "Engine";

    /// <summary>Every section.</summary>
    public static ImmutableArray<OptionSection> All { get; } =
    [
        OptionSection.Of<ServerOptions>(ServerOptions.Section),
        OptionSection.Of<LimitOptions>(LimitOptions.Section),
        OptionSection.Of<EngineOptions>(EngineSection),
        OptionSection.Of<ModelOptions>(ModelOptions.Section),
        OptionSection.Of<PluginOptions>(PluginOptions.Section),
        OptionSection.Of<OperatorOptions>(OperatorOptions.Section),
        OptionSection.Of<TelemetryOptions>(TelemetryOptions.Section),
        OptionSection.Of<ResumeOptions>(ResumeOptions.Section),
        OptionSection.Of<ResultOptions>(ResultOptions.Section),
        OptionSection.Of<HttpOptions>(HttpOptions.Section),
        OptionSection.Of<AdminOptions>(AdminOptions.Section),
        OptionSection.Of<TlsOptions>(TlsOptions.Section),
        OptionSection.Of<AccessOptions>(AccessOptions.Section),
        OptionSection.Of<QuotaOptions>(QuotaOptions.Section),
    ];

    public static void Add(IServiceCollection services)
    {
        foreach (var section in All)
        {
            section.Add(services);
        }

        services.AddSingleton<IValidateOptions<TlsOptions>, TlsOptionsValidator>();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<IValidateOptions<EngineOptions>, DeviceOptionsValidator>();
        services.AddSingleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        services.AddSingleton<IValidateOptions<ResumeOptions>, ResumeOptionsValidator>();
        services.AddSingleton<IValidateOptions<QuotaOptions>, QuotaOptionsValidator>();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
    }

    /// <summary>Everything that is wrong with the settings, one line each. Asked before the host is built, which needs them already.</summary>
    public static IReadOnlyList<string> Errors(IConfiguration configuration)
    {
        var faults = All.SelectMany(section => SettingFaults.Of(configuration, section)).Concat(SettingFaults.OfLogging(configuration)).Concat(CollectorFaults.Of(configuration)).ToList();

        // What can be read is checked all the same, so that one wrong value hides no other.
        var services = new ServiceCollection().AddSingleton(Without(configuration, [.. faults.Select(fault => fault.Key)]));
        Add(services);
        using var provider = services.BuildServiceProvider();
        return [.. faults.Select(fault => fault.Problem), .. All.SelectMany(section => section.Errors(provider))];
    }

    private static IConfiguration Without(IConfiguration configuration, string[] keys) => new ConfigurationBuilder()
        .AddInMemoryCollection(configuration.AsEnumerable().Where(pair => pair.Value is not null && !keys.Any(key => IsAtOrBelow(pair.Key, key))))
        .Build();

    private static bool IsAtOrBelow(string key, string other) =>
        key.StartsWith(other, StringComparison.OrdinalIgnoreCase) && (key.Length == other.Length || key[other.Length] == ':');
}
