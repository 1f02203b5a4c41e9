using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A look at a measurement beside any reconstruction, and who waits for it.</summary>
/// <param name="answer">Receives the report.</param>
/// <param name="lease">Keeps operator and model in service; null if they stay anyway.</param>
internal sealed class LookStake(TaskCompletionSource<DeviceAnswer<SeverityReport>> answer, IDisposable? lease) : IStake
{
    /// <summary>Answers, and lets go.</summary>
    public void End(DeviceAnswer<SeverityReport> report)
    {
        answer.TrySetResult(report);
        Bury();
    }

    /// <summary>Answers only: the lost thread is still where it was.</summary>
    public void Strand(Failure failure) => answer.TrySetResult(new DeviceAnswer<SeverityReport> { Failure = failure });

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure) => Strand(failure);

    /// <inheritdoc/>
    public void Bury() => lease?.Dispose();
}
