using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Whether requests can be served, and with what. Written by start-up and shutdown, read by every call.</summary>
internal sealed class ServingState
{
    private volatile ServingContext? _context;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The snapshot; null until the server is ready.</summary>
    public ServingContext? Context => _context;

    /// <summary>Whether new requests should come here: not while it drains, nor without the model and the solver that most of them mean.</summary>
    public bool IsReady => TakesRequests && !Lacking.Any();

    /// <summary>Whether a new request is looked at; those that name what they want may be served although the default is not there.</summary>
    public bool TakesRequests => _context is not null && !IsDraining;

    /// <summary>What most requests mean and is not there, a line each: a server with a mistyped folder must not take the place of one that works.</summary>
    public IEnumerable<string> Lacking => _context is { } context ? LackingIn(context) : [];

    /// <summary>What is out of service because a call of it hung, without another version in its place.</summary>
    public IEnumerable<OutOfService> Hung => _context is { } context ? HungOf(context) : [];

    public bool IsDraining => _drained.Task.IsCompleted;

    /// <summary>Done when new requests have begun to be refused: what waits for one need not wait any longer.</summary>
    public Task Drained => _drained.Task;

    public void Publish(ServingContext context) => _context = context;

    public void Drain() => _drained.TrySetResult();

    /// <summary>The snapshot for a new request, in service until the visit is disposed of, or why there is none.</summary>
    public bool TryEnter([NotNullWhen(true)] out ServingVisit? visit, [NotNullWhen(false)] out ServerError? error)
    {
        visit = null;
        ServingContext? left = null;

        // What is taken out of service is so only after the snapshot without it has been published; where that is not so, nobody shall wait for it for ever.
        while (!IsDraining && _context is { } context && !ReferenceEquals(context, left))
        {
            if (context.TryVisit(out visit))
            {
                error = null;
                return true;
            }

            left = context;
        }

        error = IsDraining ? EngineErrors.ShuttingDown : EngineErrors.Starting;
        return false;
    }

    private static IEnumerable<OutOfService> HungOf(ServingContext context) =>
    [
        .. context.Solvers.Entries.Where(entry => entry.HasHung && context.Solvers.Find(entry.Name) is null)
            .Select(entry => new OutOfService("solver", entry.Name, entry.Version, entry.Reason)),
        .. context.Models.Entries.Where(entry => entry.HasHung && context.Models.Find(entry.Name, "") is not { IsReady: true })
            .Select(entry => new OutOfService("model", entry.Name, entry.Version, entry.Reason)),
        .. context.Operators.Entries.Where(entry => entry.HasHung && context.Operators.Find(entry.Name) is null)
            .Select(entry => new OutOfService("operator", entry.Name, entry.Version, entry.Reason)),
    ];

    private static IEnumerable<string> LackingIn(ServingContext context)
    {
        if (context.Models.Find("", "") is not { IsReady: true })
        {
            var configured = context.Models.DefaultModel;
            yield return configured.Length == 0
                ? "no model can be used: --models or --model-dir names where they are, and the log says what is wrong with those that are there"
                : $"the default model '{configured}' can't be used: {(context.Models.Find("", "")?.Reason is { Length: > 0 } reason ? reason : "the repository has none of that name (--default-model)")}";
        }

        if (context.Solvers.Find(context.DefaultSolver) is null)
        {
            yield return $"the default solver '{context.DefaultSolver}' can't be used: {context.Solvers.FindFailed(context.DefaultSolver)?.Reason ?? "no plugin provides one of that name (--default-solver, --plugins)"}";
        }
    }
}
