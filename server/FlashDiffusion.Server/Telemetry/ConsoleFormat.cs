using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Console;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>How log lines on the console look. The framework's slim host fixes one format, whatever the settings say.</summary>
internal static class ConsoleFormat
{
    public const string Key = "Logging:Console:FormatterName";

    /// <summary>Names of the formats.</summary>
    public static ImmutableArray<string> Names { get; } = [ConsoleFormatterNames.Simple, ConsoleFormatterNames.Json, ConsoleFormatterNames.Systemd];

    public static void Add(WebApplicationBuilder builder)
    {
        var name = builder.Configuration[Key];
        builder.Services.PostConfigure<ConsoleLoggerOptions>(options => options.FormatterName = string.IsNullOrEmpty(name) ? ConsoleFormatterNames.Simple : name);
    }
}
