namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>Where a group of values begins on the stack.</summary>
internal sealed class PickleMark
{
    private PickleMark()
    {
    }

    public static PickleMark Instance { get; } = new();
}
