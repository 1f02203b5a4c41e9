using System.Diagnostics;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>One request that is being read and checked: the border to the plans of its solver and its operator, which are foreign code.</summary>
/// <param name="quarantine">Parts that are called no more.</param>
/// <param name="time">Clock.</param>
/// <param name="answer">Tells the caller that it came to nothing.</param>
/// <param name="leave">Gives its place to another one.</param>
internal sealed class AdmissionCall(Quarantine quarantine, TimeProvider time, Action<Failure> answer, Action leave) : IStake
{
    private readonly CallGuard _guard = new(time);
    private int _left;

    /// <summary>Span of whoever asked; its log lines belong there.</summary>
    public ActivityContext Parent { get; } = Activity.Current?.Context ?? default;

    /// <summary>Time that it has been in foreign code; zero while it is not.</summary>
    public TimeSpan Away => _guard.Away;

    /// <summary>Runs foreign code.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="part">Whose code it is.</param>
    /// <param name="work">What it does, for a message: <c>A plan</c>.</param>
    /// <param name="code">The code.</param>
    /// <exception cref="PartFailedException">It threw, or the part is out of service.</exception>
    /// <exception cref="CallAbandonedException">Too late: nobody waits for it any more.</exception>
    public T Run<T>(object part, string work, Func<T> code)
    {
        if (quarantine.Holds(part))
        {
            throw new PartFailedException(HungCall.FailureOf(part));
        }

        try
        {
            return _guard.Run(part, work, this, _ => code());
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            throw new PartFailedException(Plans.FailureOf(part, work, exception));
        }
    }

    /// <summary>Gives up its thread, if that has been in foreign code for longer than a limit. Any thread.</summary>
    /// <returns>The call that it is in; null if it is to stay.</returns>
    public GuardedCall? TryAbandon(TimeSpan limit) => _guard.TryAbandon(limit);

    /// <summary>Gives its place to another one, once.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            leave();
        }
    }

    /// <summary>Tells the caller.</summary>
    public void Strand(Failure failure) => answer(failure);

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure) => Strand(failure);

    /// <inheritdoc/>
    public void Bury()
    {
    }
}
