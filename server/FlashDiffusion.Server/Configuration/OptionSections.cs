using FlashDiffusion.Engine.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>One class of options a section of the configuration, all checked before anything starts.</summary>
internal static class OptionSections
{
    /// <summary>Section of the engine's own options.</summary>
    private const string EngineSection = "Engine";

    public static void Add(IServiceCollection services)
    {
        Add<ServerOptions>(ServerOptions.Section);
        Add<LimitOptions>(LimitOptions.Section);
        Add<EngineOptions>(EngineSection);
        Add<ModelOptions>(ModelOptions.Section);
        Add<PluginOptions>(PluginOptions.Section);
        Add<OperatorOptions>(OperatorOptions.Section);
        Add<TelemetryOptions>(TelemetryOptions.Section);
        Add<ResumeOptions>(ResumeOptions.Section);
        Add<ResultOptions>(ResultOptions.Section);
        Add<HttpOptions>(HttpOptions.Section);
        Add<AdminOptions>(AdminOptions.Section);
        Add<TlsOptions>(TlsOptions.Section);
        Add<AccessOptions>(AccessOptions.Section);
        Add<QuotaOptions>(QuotaOptions.Section);
        services.AddSingleton<IValidateOptions<TlsOptions>, TlsOptionsValidator>();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        services.AddSingleton<IValidateOptions<ResumeOptions>, ResumeOptionsValidator>();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();

        void Add<T>(string section)
            where T : class => services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
    }

    /// <summary>Everything that is wrong with the settings, one line each. Asked before the host is built, which needs them already.</summary>
    public static IReadOnlyList<string> Errors(IConfiguration configuration)
    {
        var services = new ServiceCollection().AddSingleton(configuration);
        Add(services);
        using var provider = services.BuildServiceProvider();
        return
        [
            .. ErrorsOf<ServerOptions>(provider), .. ErrorsOf<LimitOptions>(provider), .. ErrorsOf<EngineOptions>(provider),
            .. ErrorsOf<ModelOptions>(provider), .. ErrorsOf<PluginOptions>(provider), .. ErrorsOf<OperatorOptions>(provider), .. ErrorsOf<TelemetryOptions>(provider),
            .. ErrorsOf<ResumeOptions>(provider), .. ErrorsOf<ResultOptions>(provider), .. ErrorsOf<HttpOptions>(provider), .. ErrorsOf<AdminOptions>(provider),
            .. ErrorsOf<TlsOptions>(provider), .. ErrorsOf<AccessOptions>(provider), .. ErrorsOf<QuotaOptions>(provider),
        ];
    }

    private static IEnumerable<string> ErrorsOf<T>(IServiceProvider services)
        where T : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (InvalidOperationException exception)
        {
            // A value that is no number where one is needed; the binder's message names the key and the value.
            return [exception.Message];
        }
    }
}
