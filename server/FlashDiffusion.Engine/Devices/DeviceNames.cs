using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;

namespace FlashDiffusion.Engine.Devices;

/// <summary>The devices that the options list.</summary>
internal static class DeviceNames
{
    /// <summary>Names as torch knows them, one a worker: <c>cpu,cpu</c> are two workers on the processor.</summary>
    public static ImmutableArray<string> Of(EngineOptions options) =>
        [.. options.Device.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>What tells workers apart in telemetry: the name, and its number where a name occurs twice.</summary>
    public static ImmutableArray<string> Labels(ImmutableArray<string> names) =>
        [.. names.Select((name, i) => names.Count(other => other == name) > 1 ? $"{name}#{i}" : name)];

    /// <summary>
    /// The kind of a device: what has the same kind computes the same bits. All workers on the processor do; two graphics devices may be of different
    /// makes, which TorchSharp does not tell, so that each is a kind of its own.
    /// </summary>
    public static string KindOf(string name) => name.Split(':')[0] is Processor ? Processor : name;

    /// <summary>The kind of workers on the processor.</summary>
    public const string Processor = "cpu";

    /// <summary>Threads that one operation of each worker may use; 0 leaves the library's choice, which is all processors.</summary>
    public static int Threads(EngineOptions options)
    {
        var onProcessor = Of(options).Count(name => KindOf(name) == Processor);
        return options.Threads == 0 && onProcessor > 1 ? Math.Max(1, Environment.ProcessorCount / onProcessor) : options.Threads;
    }
}
