using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>What a device thread risks when it enters foreign code: those who wait for the call, and what it holds for them.</summary>
internal interface IStake
{
    /// <summary>Hears whose code it is that does not come back, before anything else here is called. Any thread.</summary>
    /// <param name="part">The part to blame: a solver, an operator family or a model.</param>
    void Blame(object part)
    {
    }

    /// <summary>Ends those who wait, without touching what the lost thread holds. On the thread that takes its place.</summary>
    /// <param name="losses">What the two threads share.</param>
    /// <param name="failure">Why.</param>
    void Strand(Losses losses, Failure failure);

    /// <summary>Frees what nobody but the lost thread might touch. On that thread, should it ever come back, or on none.</summary>
    void Bury();
}
