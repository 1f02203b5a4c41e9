using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;
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

    private readonly Lazy<TokenCompute> _fast = new(() => Find(options.Value, ComputeMode.Fast));
    private readonly Lazy<TokenCompute> _exact = new(() => Find(options.Value, ComputeMode.Exact));

    /// <summary>This server's, for requests of a compute mode.</summary>
    public TokenCompute Of(ComputeMode mode) => (mode == ComputeMode.Exact ? _exact : _fast).Value;

    /// <summary>Whether this server continues to the same last bit what a server with another fingerprint began.</summary>
    public bool Continues(ComputeMode mode, TokenCompute other) => Of(mode).Mode == ExactMode && Of(mode).Equals(other);

    /// <summary>The compute mode in which a reconstruction began.</summary>
    public static V1.ComputeMode ModeOf(TokenCompute compute) => compute.Mode == ExactMode && compute.Rows > 1 ? V1.ComputeMode.Exact : V1.ComputeMode.Fast;

    /// <summary>What keeps it from that, for people.</summary>
    public string Difference(ComputeMode mode, TokenCompute other)
    {
        var own = Of(mode);
        if (own.Mode != ExactMode || other.Mode != ExactMode)
        {
            return "it did not begin, or does not go on, in COMPUTE_MODE_EXACT";
        }

        (string Name, object Was, object Is)[] parts =
        [
            ("data type", other.DataType, own.DataType), ("device", other.Device, own.Device), ("threads", other.Threads, own.Threads),
            ("instruction set", other.InstructionSet, own.InstructionSet), ("processor", other.Processor, own.Processor),
            ("libraries", other.Libraries, own.Libraries), ("compute shape", other.Rows, own.Rows),
        ];
        return string.Join(", ", parts.Where(part => !part.Was.Equals(part.Is)).Select(part => $"{part.Name} was '{part.Was}' and is '{part.Is}'"));
    }

    private static TokenCompute Find(EngineOptions options, ComputeMode mode) => new()
    {
        // A batch of one has one compute shape.
        Mode = mode == ComputeMode.Exact || options.MaximumBatch == 1 ? ExactMode : FastMode,
        DataType = "float32",
        Device = options.Device,
        Threads = options.Threads > 0 ? options.Threads : torch.get_num_threads(),
        InstructionSet = InstructionSet(),
        Processor = Processor(),
        Libraries = $"TorchSharp {typeof(torch).Assembly.GetName().Version}, {RuntimeInformation.OSArchitecture}",
        Rows = mode == ComputeMode.Exact ? options.ExactBatch : options.MaximumBatch,
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
