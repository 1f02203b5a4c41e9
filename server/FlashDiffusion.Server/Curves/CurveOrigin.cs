using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Server.Resume;

namespace FlashDiffusion.Server.Curves;

/// <summary>
/// What measured times depend on beside the work. TorchSharp does not tell the make of a graphics device, so that two of them with one name count as the same.
/// </summary>
/// <param name="Server">Version of the server, as its build has it; not which build.</param>
/// <param name="Devices">Names of its devices with commas, one a worker, as in <c>cpu,cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Precision">Name of the numbers that networks compute with: <c>Float32</c> or <c>BFloat16</c>.</param>
/// <param name="Threads">Threads of one operation, at least 1.</param>
/// <param name="Processor">Make of the processor as the system names it; empty if it does not.</param>
/// <param name="InstructionSet">Instructions of it that are looked for and there, with <c>+</c>.</param>
/// <param name="Libraries">What computes, with its version and the architecture.</param>
internal sealed record CurveOrigin(string Server, string Devices, string Precision, int Threads, string Processor, string InstructionSet, string Libraries)
{
    /// <summary>That of this server.</summary>
    public static CurveOrigin Of(EngineOptions options, ComputeFingerprint fingerprint)
    {
        var server = fingerprint.Server;
        return new CurveOrigin(
            server.Server, string.Join(',', DeviceNames.Of(options)), options.Precision.ToString(), (int)server.Threads, server.Processor, server.InstructionSet, server.Libraries);
    }

    /// <summary>What keeps times of another origin from being this one's, for people; empty if nothing does.</summary>
    public string Difference(CurveOrigin other)
    {
        (string Name, object Was, object Is)[] parts =
        [
            ("version of the server", other.Server, Server), ("devices", other.Devices, Devices), ("precision", other.Precision, Precision), ("threads", other.Threads, Threads),
            ("processor", other.Processor, Processor), ("instruction set", other.InstructionSet, InstructionSet), ("libraries", other.Libraries, Libraries),
        ];
        return string.Join(", ", parts.Where(part => !part.Was.Equals(part.Is)).Select(part => $"{part.Name} was '{part.Was}' and is '{part.Is}'"));
    }
}
