using System.Reflection;
using FlashDiffusion.Server.Telemetry;

namespace FlashDiffusion.Server.Configuration;

/// <summary>
/// What is wrong with settings before they are options. The binder ignores a name that is misspelt and stops at the first value that it can't
/// read: an operator who takes the default for what he set looks for the reason in the wrong place.
/// </summary>
internal static class SettingFaults
{
    private const string LogLevels = "Logging:LogLevel";

    /// <summary>The faults of a section.</summary>
    public static IEnumerable<SettingFault> Of(IConfiguration configuration, OptionSection section)
    {
        var options = section.Type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        return
            from setting in configuration.GetSection(section.Name).GetChildren()
            let problem = options.TryGetValue(setting.Key, out var option)
                ? Problem(setting, option)
                : $"There is no option '{setting.Path}'; {section.Name} has {string.Join(", ", options.Keys.Order(StringComparer.Ordinal))}."
            where problem is not null
            select new SettingFault(setting.Path, problem);
    }

    /// <summary>Log levels and formats that are none: the logging library would end the server with a stack trace, or ignore them.</summary>
    public static IEnumerable<SettingFault> OfLogging(IConfiguration configuration) =>
    [
        .. configuration.GetSection(LogLevels).GetChildren().SelectMany(setting => Other(setting, Enum.GetNames<LogLevel>())),
        .. Other(configuration.GetSection(ConsoleFormat.Key), ConsoleFormat.Names),
    ];

    private static IEnumerable<SettingFault> Other(IConfigurationSection setting, IReadOnlyCollection<string> words) =>
        string.IsNullOrEmpty(setting.Value) || words.Contains(setting.Value, StringComparer.OrdinalIgnoreCase)
            ? []
            : [new SettingFault(setting.Path, $"{Named(setting.Path)} must be one of {string.Join(", ", words)}, but is '{setting.Value}'.")];

    private static string? Problem(IConfigurationSection setting, PropertyInfo option)
    {
        if (typeof(IList<string>).IsAssignableFrom(option.PropertyType))
        {
            return string.IsNullOrEmpty(setting.Value) ? null : $"{setting.Path} is a list: {setting.Path}:0, {setting.Path}:1 and so on.";
        }

        if (setting.GetChildren().FirstOrDefault() is { } below)
        {
            return $"There is no option '{below.Path}'; {setting.Path} is one value.";
        }

        return IsReadable(setting, option) ? null : $"{Named(setting.Path)} must be {KindOf(Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType)}, but is '{setting.Value}'.";
    }

    private static bool IsReadable(IConfigurationSection setting, PropertyInfo option)
    {
        try
        {
            _ = ConfigurationBinder.GetValue(new ConfigurationBuilder().AddInMemoryCollection([new("value", setting.Value)]).Build(), option.PropertyType, "value");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string KindOf(Type type) =>
        type == typeof(bool) ? "true or false"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
        : type == typeof(double) ? "a number" : "a whole number";

    /// <summary>A key with its short name, if it has one.</summary>
    public static string Named(string key) => CommandLine.Switches.FirstOrDefault(option => string.Equals(option.Key, key, StringComparison.OrdinalIgnoreCase)) is { } option
        ? $"{key} ({option.Name})"
        : key;
}
