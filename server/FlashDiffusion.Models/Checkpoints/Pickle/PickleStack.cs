namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>The interpreter's stack of values and marks.</summary>
/// <param name="source">What error messages call the file.</param>
internal sealed class PickleStack(string source)
{
    private const int MaxDepth = 1 << 20;

    private readonly List<object?> _values = [];

    public void Push(object? value)
    {
        if (_values.Count == MaxDepth)
        {
            throw new CheckpointException($"The pickle in '{source}' stacks more than {MaxDepth} values.");
        }

        _values.Add(value);
    }

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    public object? Peek() => _values.Count > 0 && _values[^1] is var value and not PickleMark ? value : throw Underflow();

    /// <summary>Removes the topmost value, or the topmost mark if it is one.</summary>
    public void Drop()
    {
        if (_values.Count == 0)
        {
            throw Underflow();
        }

        _values.RemoveAt(_values.Count - 1);
    }

    /// <summary>Removes everything above the topmost mark, and the mark.</summary>
    public object?[] PopGroup()
    {
        var mark = _values.LastIndexOf(PickleMark.Instance);
        if (mark < 0)
        {
            throw Underflow();
        }

        object?[] group = [.. _values.Skip(mark + 1)];
        _values.RemoveRange(mark, _values.Count - mark);
        return group;
    }

    private CheckpointException Underflow() => new($"The pickle in '{source}' takes a value where there is none.");
}
