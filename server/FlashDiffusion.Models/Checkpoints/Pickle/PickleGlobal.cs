namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>The name of a Python class or function. Naming it is all that happens: nothing is imported.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
