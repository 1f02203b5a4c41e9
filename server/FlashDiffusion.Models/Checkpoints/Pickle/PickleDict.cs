namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>A dictionary of a pickle, in its order. Only entries whose key is a string are kept: the others are callbacks' and optimisers'.</summary>
internal sealed class PickleDict
{
    private readonly Dictionary<string, object?> _values = new(0, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object?> Values => _values;

    public void Set(object? key, object? value)
    {
        if (key is string name)
        {
            _values[name] = value;
        }
    }

    /// <summary>The value of a key as a type; null if it is absent or of another one.</summary>
    public T? Get<T>(string key)
        where T : class
        => _values.GetValueOrDefault(key) as T;
}
