using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>Nobody waits: a part lets go of something.</summary>
internal sealed class NoStake : IStake
{
    private NoStake()
    {
    }

    /// <summary>The only one.</summary>
    public static NoStake Instance { get; } = new();

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure)
    {
    }

    /// <inheritdoc/>
    public void Bury()
    {
    }
}
