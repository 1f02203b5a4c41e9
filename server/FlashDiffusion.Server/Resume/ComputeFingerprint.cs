using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Engine.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace FlashDiffusion.Server.Resume;

/// <summary>
/// How this server computes: a server with an equal fingerprint gives equal bits for an equal compute shape. Libraries choose their
/// kernels by instruction set and their blocks by the processor's caches, so that both belong to it.
/// </summary>
internal sealed class ComputeFingerprint(IOptions<EngineOptions> options)
{
    private const string ExactMode = "exact";
    private const string FastMode = "fast";

    private readonly Lazy<TokenCompute> _own = new(() => Find(options.Value));

    /// <summary>This server's.</summary>
    public TokenCompute Own => _own.Value;

    /// <summary>Whether this server continues to the same last bit what a server with another fingerprint began.</summary>
    public bool Continues(TokenCompute other) => Own.Mode == ExactMode && Own.Equals(other);

    /// <summary>What keeps it from that, for people.</summary>
    public string Difference(TokenCompute other)
    {
        if (Own.Mode != ExactMode || other.Mode != ExactMode)
        {
            return "exact mode is off on one of the two servers";
        }

        (string Name, object Was, object Is)[] parts =
        [
            ("data type", other.DataType, Own.DataType), ("device", other.Device, Own.Device), ("threads", other.Threads, Own.Threads),
            ("instruction set", other.InstructionSet, Own.InstructionSet), ("processor", other.Processor, Own.Processor),
            ("libraries", other.Libraries, Own.Libraries), ("compute shape", other.Rows, Own.Rows),
        ];
        return string.Join(", ", parts.Where(part => !part.Was.Equals(part.Is)).Select(part => $"{part.Name} was '{part.Was}' and is '{part.Is}'"));
    }

    private static TokenCompute Find(EngineOptions options) => new()
    {
        // A batch of one has one compute shape.
        Mode = options.MaximumBatch == 1 ? ExactMode : FastMode,
        DataType = "float32",
        Device = options.Device,
        Threads = options.Threads > 0 ? options.Threads : torch.get_num_threads(),
        InstructionSet = InstructionSet(),
        Processor = Processor(),
        Libraries = $"TorchSharp {typeof(torch).Assembly.GetName().Version}, {RuntimeInformation.OSArchitecture}",
        Rows = options.MaximumBatch,
    };

    private static string InstructionSet()
    {
        (string Name, bool Supported)[] sets =
        [
            ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported), ("avx512f", Avx512F.IsSupported), ("avx512bw", Avx512BW.IsSupported),
            ("avx512vbmi", Avx512Vbmi.IsSupported), ("avxvnni", AvxVnni.IsSupported), ("neon", AdvSimd.IsSupported), ("dotprod", Dp.IsSupported),
        ];
        return string.Join('+', sets.Where(set => set.Supported).Select(set => set.Name));
    }

    private static string Processor()
    {
        const string Known = "/proc/cpuinfo";
        var line = File.Exists(Known) ? File.ReadLines(Known).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
    }
}
