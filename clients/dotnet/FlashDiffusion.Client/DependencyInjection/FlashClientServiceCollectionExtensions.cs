using FlashDiffusion.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>FlashDiffusion clients in a container.</summary>
public static class FlashClientServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="FlashClient"/> as a singleton. Its settings can also come from <c>Configure&lt;FlashClientSettings&gt;(section)</c>.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Says where the servers are.</param>
    /// <returns>The settings, for more of them.</returns>
    public static OptionsBuilder<FlashClientSettings> AddFlashDiffusionClient(this IServiceCollection services, Action<FlashClientSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => Create(provider, Options.Options.DefaultName));
        return AddSettings(services, Options.Options.DefaultName, configure);
    }

    /// <summary>Adds a <see cref="FlashClient"/> as a keyed singleton, for programs with several: <c>[FromKeyedServices("name")] FlashClient</c>.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="name">Key of the client and name of its settings.</param>
    /// <param name="configure">Says where the servers are.</param>
    /// <returns>The settings, for more of them.</returns>
    public static OptionsBuilder<FlashClientSettings> AddKeyedFlashDiffusionClient(
        this IServiceCollection services, string name, Action<FlashClientSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name));
        return AddSettings(services, name, configure);
    }

    /// <summary>Adds a <see cref="FlashClient"/> of one server as a singleton.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="address"><c>http://host:port</c>, <c>https://host:port</c> or <c>host:port</c>.</param>
    /// <returns>The settings, for more of them.</returns>
    public static OptionsBuilder<FlashClientSettings> AddFlashDiffusionClient(this IServiceCollection services, string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        return services.AddFlashDiffusionClient(settings => settings.Addresses.Add(address));
    }

    private static OptionsBuilder<FlashClientSettings> AddSettings(IServiceCollection services, string name, Action<FlashClientSettings>? configure)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FlashClientSettings>, FlashClientSettingsValidator>());
        var builder = services.AddOptions<FlashClientSettings>(name).ValidateOnStart();
        return configure is null ? builder : builder.Configure(configure);
    }

    /// <summary>What the program has in its container counts where the settings say nothing: its clock, its log.</summary>
    private static FlashClient Create(IServiceProvider provider, string name)
    {
        var settings = provider.GetRequiredService<IOptionsMonitor<FlashClientSettings>>().Get(name);
        var options = settings.Client;
        if (options.Clock == TimeProvider.System && provider.GetService<TimeProvider>() is { } clock)
        {
            options = options with { Clock = clock };
        }

        if (options.LoggerFactory is null && provider.GetService<ILoggerFactory>() is { } logging)
        {
            options = options with { LoggerFactory = logging };
        }

        return FlashClient.Connect(settings.Addresses, options);
    }
}
