using FlashDiffusion.Models.Checkpoints.Pickle;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>Builds the tensors that a checkpoint's pickle describes. Their data are not touched: a storage only gets a place.</summary>
/// <param name="source">What error messages call the file.</param>
internal sealed class TorchObjects(string source) : IPickleObjects
{
    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that the pickle mentions, by its key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    public object? Call(PickleGlobal callable, IReadOnlyList<object?> arguments) => callable.ToString() switch
    {
        TorchNames.RebuildTensor or TorchNames.RebuildTensor2 when arguments.Count >= 4
            => TorchTensor.Create(source, View(arguments[0]), Number(arguments[1]), Numbers(arguments[2]), Numbers(arguments[3])),
        TorchNames.RebuildParameter or TorchNames.RebuildParameterWithState when arguments.Count >= 1
            => arguments[0] as TorchTensor ?? throw Fault("makes a parameter of something that is no tensor"),
        TorchNames.OrderedDict => Ordered(arguments),
        _ when TorchNames.IsInert(callable) => PickleInert.Instance,
        _ => throw Fault($"calls '{callable}', which no checkpoint needs; nothing was run"),
    };

    public object Persistent(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } parts || parts[0] is not "storage" || parts[1] is not PickleGlobal type || parts[2] is not string key)
        {
            throw Fault("refers to something outside itself that is no storage");
        }

        var storage = Storage(key, type, Number(parts[4]));
        return parts is [_, _, _, _, _, object?[] { Length: 3 } view]
            ? View(storage, Number(view[1]), Number(view[2]))
            : new TorchStorageView(storage, 0, storage.Elements);
    }

    private TorchStorage Storage(string key, PickleGlobal name, long elements)
    {
        var type = TorchNames.StorageType(name) ?? throw Fault($"holds a storage of type '{name}', which is not supported");
        if (elements < 0 || elements > long.MaxValue / sizeof(double))
        {
            throw Fault($"claims {elements} elements for storage '{key}'");
        }

        if (!_storages.TryGetValue(key, out var storage))
        {
            _storages.Add(key, storage = new TorchStorage(key, type, elements));
        }

        return storage.Type == type && storage.Elements == elements ? storage : throw Fault($"describes storage '{key}' in two ways");
    }

    private TorchStorageView View(TorchStorage storage, long offset, long elements)
        => offset >= 0 && elements >= 0 && offset <= storage.Elements - elements
            ? new TorchStorageView(storage, offset, elements)
            : throw Fault($"looks at elements {offset} to {offset + elements} of storage '{storage.Key}', which has {storage.Elements}");

    private TorchStorageView View(object? value) => value as TorchStorageView ?? throw Fault("makes a tensor of something that is no storage");

    private PickleDict Ordered(IReadOnlyList<object?> arguments)
    {
        var dictionary = new PickleDict();
        if (arguments is [List<object?> pairs])
        {
            foreach (var pair in pairs)
            {
                switch (pair)
                {
                    case object?[] { Length: 2 } tuple: dictionary.Set(tuple[0], tuple[1]); break;
                    case List<object?> { Count: 2 } list: dictionary.Set(list[0], list[1]); break;
                    default: throw Fault("fills a dictionary with something that is no pair");
                }
            }
        }

        return dictionary;
    }

    private long[] Numbers(object? value) => value is object?[] values ? Array.ConvertAll(values, Number) : throw Fault("gives a tensor a shape that is no tuple");

    private long Number(object? value) => value is long number ? number : throw Fault("gives a tensor or storage a size that is no integer");

    private CheckpointException Fault(string what) => new($"The pickle in '{source}' {what}.");
}
