using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Devices;

/// <summary>A bounded piece of device work beside reconstructions.</summary>
internal abstract class WorkItem
{
    /// <summary>Runs it on the device thread; never throws.</summary>
    /// <returns>Why it failed; null if it did not, or nobody waits for it.</returns>
    public abstract Failure? Run();

    /// <summary>Ends it without running it.</summary>
    public abstract void Fail(Failure failure);

    /// <summary>Makes an item of a function.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="work">The function; runs inside a dispose scope and without gradients.</param>
    /// <param name="cancellation">Skips it if it has not begun.</param>
    /// <returns>The item and its answer.</returns>
    public static (WorkItem Item, Task<DeviceAnswer<T>> Answer) Of<T>(Func<T> work, CancellationToken cancellation)
        where T : class
    {
        var item = new Item<T>(work, cancellation);
        return (item, item.Answer.Task);
    }

    private sealed class Item<T>(Func<T> work, CancellationToken cancellation) : WorkItem
        where T : class
    {
        public TaskCompletionSource<DeviceAnswer<T>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Failure? Run()
        {
            if (cancellation.IsCancellationRequested)
            {
                Answer.TrySetCanceled(cancellation);
                return null;
            }

            try
            {
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                Answer.TrySetResult(new DeviceAnswer<T> { Value = work() });
                return null;
            }
            catch (Exception exception)
            {
                var failure = TorchErrors.FailureOf(exception, "device work", null);
                Fail(failure);
                return failure;
            }
        }

        public override void Fail(Failure failure) => Answer.TrySetResult(new DeviceAnswer<T> { Failure = failure });
    }
}
