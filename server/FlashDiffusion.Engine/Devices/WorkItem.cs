using System.Diagnostics;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Devices;

/// <summary>A bounded piece of device work beside reconstructions.</summary>
internal abstract class WorkItem : IStake
{
    /// <summary>Span of whoever asked for it; its log lines belong there.</summary>
    public ActivityContext Parent { get; } = Activity.Current?.Context ?? default;

    /// <summary>What takes about as long as it, if it waits for promises; null if it does not.</summary>
    public string? Kind { get; private init; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsGone { get; }

    /// <summary>Runs it on the device thread; never throws unless the thread is lost meanwhile.</summary>
    /// <param name="guard">Where foreign code is entered and left.</param>
    /// <returns>Why it failed; null if it did not, or nobody waits for it.</returns>
    public abstract Failure? Run(CallGuard guard);

    /// <summary>Ends it without running it.</summary>
    public abstract void Fail(Failure failure);

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure) => Fail(failure);

    /// <inheritdoc/>
    public abstract void Bury();

    /// <summary>Makes an item of a function.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="work">The function; runs inside a dispose scope and without gradients.</param>
    /// <param name="part">Whose code the function calls: a solver, an operator family or a model; null if it is the server's own and may take its time.</param>
    /// <param name="lease">Keeps that code in service until the item is done, or its thread comes back; null if it stays anyway.</param>
    /// <param name="cancellation">Skips it if it has not begun.</param>
    /// <param name="kind">What takes about as long as it, if it waits for promises; null if it does not.</param>
    /// <returns>The item and its answer.</returns>
    public static (WorkItem Item, Task<DeviceAnswer<T>> Answer) Of<T>(Func<T> work, object? part, IDisposable? lease, CancellationToken cancellation, string? kind = null)
        where T : class
    {
        var item = new Item<T>(work, part, lease, cancellation) { Kind = kind };
        return (item, item.Answer.Task);
    }

    private sealed class Item<T>(Func<T> work, object? part, IDisposable? lease, CancellationToken cancellation) : WorkItem
        where T : class
    {
        public TaskCompletionSource<DeviceAnswer<T>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool IsGone => cancellation.IsCancellationRequested;

        public override Failure? Run(CallGuard guard)
        {
            if (cancellation.IsCancellationRequested)
            {
                Answer.TrySetCanceled(cancellation);
                Bury();
                return null;
            }

            try
            {
                using var scope = NewDisposeScope();
                using var gradients = no_grad();
                Answer.TrySetResult(new DeviceAnswer<T> { Value = part is null ? work() : guard.Run(part, "A piece of short work", this, _ => work()) });
            }
            catch (Exception exception) when (exception is not CallAbandonedException)
            {
                var failure = TorchErrors.FailureOf(exception, "device work", null);
                Fail(failure);
                Bury();
                return failure;
            }

            Bury();
            return null;
        }

        public override void Fail(Failure failure) => Answer.TrySetResult(new DeviceAnswer<T> { Failure = failure });

        public override void Bury() => lease?.Dispose();
    }
}
