namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>What stands for an object that a checkpoint carries and no network needs: a callback, a number of NumPy, a set.</summary>
internal sealed class PickleInert
{
    private PickleInert()
    {
    }

    public static PickleInert Instance { get; } = new();
}
