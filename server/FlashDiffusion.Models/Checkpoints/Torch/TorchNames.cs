using FlashDiffusion.Models.Checkpoints.Pickle;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>The names that checkpoints use, and what each may stand for.</summary>
internal static class TorchNames
{
    public const string RebuildTensor = "torch._utils._rebuild_tensor";
    public const string RebuildTensor2 = "torch._utils._rebuild_tensor_v2";
    public const string RebuildParameter = "torch._utils._rebuild_parameter";
    public const string RebuildParameterWithState = "torch._utils._rebuild_parameter_with_state";
    public const string OrderedDict = "collections.OrderedDict";
    private const string StorageSuffix = "Storage";

    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["Double"] = ScalarType.Float64,
        ["Float"] = ScalarType.Float32,
        ["Half"] = ScalarType.Float16,
        ["BFloat16"] = ScalarType.BFloat16,
        ["Long"] = ScalarType.Int64,
        ["Int"] = ScalarType.Int32,
        ["Short"] = ScalarType.Int16,
        ["Char"] = ScalarType.Int8,
        ["Byte"] = ScalarType.Byte,
        ["Bool"] = ScalarType.Bool,
    };

    // Values and classes that trainers store beside the weights. Their objects become inert: no code of theirs exists here.
    private static readonly HashSet<string> InertNames = new(StringComparer.Ordinal)
    {
        "torch.Size", "torch.device", "torch.dtype", "_codecs.encode", "builtins.set", "__builtin__.set", "builtins.frozenset",
        "__builtin__.frozenset", "builtins.complex", "builtins.slice", "builtins.range", "collections.defaultdict", "collections.Counter",
        "collections.deque", "copyreg._reconstructor", "copy_reg._reconstructor", "argparse.Namespace", "types.SimpleNamespace",
        "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.Path", "datetime.datetime", "datetime.timedelta", "typing.Any",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
    };

    private static readonly string[] InertPackages = ["pytorch_lightning.", "lightning.", "lightning_fabric.", "omegaconf."];

    /// <summary>Element type of <c>torch.FloatStorage</c> and its like; null for every other name.</summary>
    public static ScalarType? StorageType(PickleGlobal name)
        => name.Module == "torch" && name.Name.EndsWith(StorageSuffix, StringComparison.Ordinal) && Storages.TryGetValue(name.Name[..^StorageSuffix.Length], out var type)
            ? type
            : null;

    /// <summary>Whether an object of this name may lie in a checkpoint as something that nobody reads.</summary>
    public static bool IsInert(PickleGlobal name)
    {
        var full = name.ToString();
        return InertNames.Contains(full) || InertPackages.Any(package => full.StartsWith(package, StringComparison.Ordinal));
    }
}
