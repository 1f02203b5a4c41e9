namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// The border that a device thread crosses into the code of a solver, an operator or a network, and back. While it is beyond, it touches
/// nothing that it shares with others, so that another thread may take its place; whoever of the two comes first, thread or watchdog, decides.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class CallGuard(TimeProvider time)
{
    private readonly Lock _abandoning = new();
    private GuardedCall? _running;

    /// <summary>Runs foreign code; no other may run inside it.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="part">Whose code it is: a solver, an operator family or a model.</param>
    /// <param name="work">What it does, for a message: <c>A step</c>.</param>
    /// <param name="stake">What is lost if it hangs.</param>
    /// <param name="code">The code; given the call, which it may ask whether anybody still waits.</param>
    /// <param name="discard">Frees what the code made too late, if no dispose scope does.</param>
    /// <exception cref="CallAbandonedException">Too late: another thread has taken this one's place.</exception>
    public T Run<T>(object part, string work, IStake stake, Func<GuardedCall, T> code, Action<T>? discard = null)
    {
        var call = new GuardedCall(part, work, stake, time.GetTimestamp());
        Volatile.Write(ref _running, call);
        T made;
        try
        {
            made = code(call);
        }
        catch
        {
            End(call);
            throw;
        }

        try
        {
            End(call);
        }
        catch (CallAbandonedException)
        {
            discard?.Invoke(made);
            throw;
        }

        return made;
    }

    /// <summary>Runs foreign code that makes nothing.</summary>
    public void Run(object part, string work, IStake stake, Action code) => Run(part, work, stake, _ =>
    {
        code();
        return true;
    });

    /// <summary>Time that the thread has been beyond the border; zero while it is not. Any thread.</summary>
    public TimeSpan Away => Volatile.Read(ref _running) is { } call ? time.GetElapsedTime(call.Began) : TimeSpan.Zero;

    /// <summary>Runs another part's code within foreign code, so that the one to blame is known if it hangs.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="call">The call that it is made in.</param>
    /// <param name="part">Whose code it is.</param>
    /// <param name="work">What it does, for a message.</param>
    /// <param name="code">The code.</param>
    /// <exception cref="CallAbandonedException">Nobody waits for the call that it is made in.</exception>
    public T Nest<T>(GuardedCall call, object part, string work, Func<T> code)
    {
        Enter(call, part, work);
        try
        {
            return code();
        }
        finally
        {
            Leave(call);
        }
    }

    /// <summary>Says that another part's code begins within foreign code, where that is not one call: a gradient comes in at one place and goes out at another.</summary>
    /// <param name="call">The call that it runs in.</param>
    /// <param name="part">Whose code it is.</param>
    /// <param name="work">What it does, for a message.</param>
    /// <exception cref="CallAbandonedException">Nobody waits for the call that it runs in.</exception>
    public void Enter(GuardedCall call, object part, string work)
    {
        call.ThrowIfAbandoned();
        call.Nested = new NestedCall(part, work, time.GetTimestamp());
    }

    /// <summary>Says that it has ended.</summary>
    public static void Leave(GuardedCall call) => call.Nested = null;

    /// <summary>Gives up the thread that is beyond the border, if it has been for longer than a limit. Any thread.</summary>
    /// <returns>
    /// The call that it is in, under the name of the part to blame: one that it called and that took more than half of the time, else its own. Null if there is
    /// no call that takes so long, or it came back in time.
    /// </returns>
    public GuardedCall? TryAbandon(TimeSpan limit)
    {
        // Of two watchdogs that look at once only the one that gives the thread up may say who is to blame.
        lock (_abandoning)
        {
            if (Volatile.Read(ref _running) is not { } call || time.GetElapsedTime(call.Began) < limit)
            {
                return null;
            }

            // A solver that calls an operator for ever is in the operator most of the time, but never for long.
            var blamed = call.Nested is { } nested && time.GetElapsedTime(nested.Began) > limit / 2 ? call with { Part = nested.Part, Work = nested.Work } : call;
            call.Stake.Blame(blamed.Part);
            if (Interlocked.CompareExchange(ref _running, null, call) != call)
            {
                return null;
            }

            call.Abandon();
            return blamed;
        }
    }

    private void End(GuardedCall call)
    {
        if (Interlocked.CompareExchange(ref _running, null, call) != call)
        {
            throw new CallAbandonedException(call);
        }
    }
}
