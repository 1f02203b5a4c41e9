using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Schedules;
using FlashDiffusion.Server.Plugins;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace FlashDiffusion.Server.Resume;

/// <summary>
/// How this server computes: a server with an equal fingerprint gives equal bits for an equal compute shape. Libraries choose their
/// kernels by instruction set and their blocks by the processor's caches, and another version or build of the server or of a plugin may compute
/// otherwise, so that all of them belong to it. On a graphics device nothing is promised: TorchSharp does not tell its make, and nobody has tested it.
/// </summary>
internal sealed class ComputeFingerprint(IOptions<EngineOptions> options)
{
    private const string ExactMode = "exact";
    private const string FastMode = "fast";

    // By these the libraries choose other kernels than the processor's best.
    private static readonly string[] _choices = ["ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS"];

    // Networks and operators, the loop that steps, and the building blocks of steps.
    private static readonly Assembly[] _arithmetic = [typeof(OperatorFamilies).Assembly, typeof(ReconstructionEngine).Assembly, typeof(NoiseSchedule).Assembly];

    private readonly Lazy<TokenCompute> _server = new(() => Find(options.Value));

    /// <summary>What of it no request changes.</summary>
    public TokenCompute Server => new(_server.Value);

    /// <summary>How this server computes a request.</summary>
    public TokenCompute Of(ReconstructionRequest request)
    {
        var rows = ComputeShape.FixedRows(request, options.Value);
        var device = DeviceOf(request);
        var precision = request.Compatibility == Compatibility.Official ? NetworkPrecision.Float32 : options.Value.Precision;
        return new TokenCompute(_server.Value)
        {
            Rows = rows,
            Mode = rows > 0 && device == DeviceNames.Processor ? ExactMode : FastMode,
            DataType = precision == NetworkPrecision.BFloat16 ? "bfloat16" : "float32",
            Device = device,
            Code = CodeOf(request),
        };
    }

    /// <summary>Whether a server goes on to the same last bit with what another one began.</summary>
    /// <param name="own">How it computes the request.</param>
    /// <param name="other">How the other one did.</param>
    public static bool Continues(TokenCompute own, TokenCompute other) => own.Mode == ExactMode && own.Equals(other);

    /// <summary>What keeps it from that, for people.</summary>
    public static string Difference(TokenCompute own, TokenCompute other)
    {
        if (own.Device != DeviceNames.Processor || other.Device != DeviceNames.Processor)
        {
            return $"that is promised on '{DeviceNames.Processor}' only, and it was computed on '{other.Device}' and is on '{own.Device}'";
        }

        if (own.Mode != ExactMode || other.Mode != ExactMode)
        {
            return "it was not computed in COMPUTE_MODE_EXACT all the way";
        }

        (string Name, object Was, object Is)[] parts =
        [
            ("data type", other.DataType, own.DataType), ("device", other.Device, own.Device), ("threads", other.Threads, own.Threads),
            ("instruction set", other.InstructionSet, own.InstructionSet), ("processor", other.Processor, own.Processor),
            ("libraries", other.Libraries, own.Libraries), ("server", other.Server, own.Server), ("build of solver, operator or engine", other.Code, own.Code), ("compute shape", other.Rows, own.Rows),
        ];
        return string.Join(", ", parts.Where(part => !part.Was.Equals(part.Is)).Select(part => $"{part.Name} was '{part.Was}' and is '{part.Is}'"));
    }

    // What has the same kind computes the same bits, whichever of a replica's devices it is and however many there are. Exact requests stay on the
    // first one's kind, others go anywhere.
    private string DeviceOf(ReconstructionRequest request)
    {
        var kinds = DeviceNames.Of(options.Value).Select(DeviceNames.KindOf);
        return request.Mode == ComputeMode.Exact ? kinds.First() : string.Join('+', kinds.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    // What was built anew under the same version may compute otherwise, a plugin as well as this server (from a tarball, or with changes that nobody
    // committed). A compiler gives each build of an assembly an identifier, and the same one if it is built again from the same source.
    private static string CodeOf(ReconstructionRequest request) => string.Join('+', new object?[] { request.Solver, request.Operator?.Family }
        .OfType<object>().Select(part => IPluginPart.CodeOf(part).GetType().Assembly)
        .Concat(_arithmetic)
        .Select(assembly => assembly.ManifestModule.ModuleVersionId));

    private static TokenCompute Find(EngineOptions options) => new()
    {
        Threads = DeviceNames.Threads(options) is > 0 and var threads ? threads : torch.get_num_threads(),
        Server = typeof(ComputeFingerprint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
        InstructionSet = InstructionSet(),
        Processor = Processor(),
        Libraries = string.Join(", ", [$"TorchSharp {typeof(torch).Assembly.GetName().Version}", $"{RuntimeInformation.OSArchitecture}", .. Choices()]),
    };

    private static IEnumerable<string> Choices() =>
        _choices.Select(name => (name, Value: Environment.GetEnvironmentVariable(name))).Where(choice => choice.Value is { Length: > 0 }).Select(choice => $"{choice.name}={choice.Value}");

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
