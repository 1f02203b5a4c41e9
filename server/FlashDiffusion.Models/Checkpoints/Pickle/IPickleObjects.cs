namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>What the interpreter may build beyond Python's own values. There is no other way for a pickle to have an effect.</summary>
internal interface IPickleObjects
{
    /// <summary>What a call stands for.</summary>
    /// <param name="callable">The name of what is called.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="CheckpointException">Nothing that a checkpoint needs.</exception>
    object? Call(PickleGlobal callable, IReadOnlyList<object?> arguments);

    /// <summary>What a persistent id stands for.</summary>
    /// <exception cref="CheckpointException">Nothing that a checkpoint needs.</exception>
    object? Persistent(object? id);
}
