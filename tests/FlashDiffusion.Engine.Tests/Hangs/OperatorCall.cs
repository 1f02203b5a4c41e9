namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A call of an operator that a test may let hang.</summary>
internal enum OperatorCall
{
    None,
    Plan,
    CheckingPlan,
    Bind,
    ToImage,
    Forward,
    Gradient,
    Dispose,
}
