namespace FlashDiffusion.Server.Telemetry;

/// <summary>Log levels that were changed while the server runs: settings that win over all others and are read again at once.</summary>
internal sealed class RuntimeLogLevels : ConfigurationProvider, IConfigurationSource
{
    private const string Default = "Default";

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Sets the level of a category; an empty one means all that have none of their own.</summary>
    public void Change(string category, LogLevel level)
    {
        Set(KeyOf(category), level.ToString());
        OnReload();
    }

    /// <summary>The level that a category has of its own; null if none.</summary>
    public static LogLevel? Of(IConfiguration configuration, string category) =>
        Enum.TryParse<LogLevel>(configuration[KeyOf(category)], ignoreCase: true, out var level) ? level : null;

    private static string KeyOf(string category) => $"Logging:LogLevel:{(category.Length == 0 ? Default : category)}";
}
