using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Whether requests can be served, and with what. Written by start-up and shutdown, read by every call.</summary>
internal sealed class ServingState
{
    private volatile ServingContext? _context;
    private volatile bool _draining;

    /// <summary>The snapshot; null until the server is ready.</summary>
    public ServingContext? Context => _context;

    /// <summary>Whether new requests should come here: not while it drains, nor once the solver or the model hung that most of them mean.</summary>
    public bool IsReady => _context is not null && !_draining && !Hung.Any(part => part.IsDefault);

    /// <summary>What is out of service because a call of it hung, without another version in its place.</summary>
    public IEnumerable<OutOfService> Hung => _context is { } context ? HungOf(context) : [];

    public bool IsDraining => _draining;

    public void Publish(ServingContext context) => _context = context;

    public void Drain() => _draining = true;

    /// <summary>The snapshot for a new request, in service until the visit is disposed of, or why there is none.</summary>
    public bool TryEnter([NotNullWhen(true)] out ServingVisit? visit, [NotNullWhen(false)] out ServerError? error)
    {
        visit = null;
        while (!_draining && _context is { } context)
        {
            // What is taken out of service is so only after the snapshot without it has been published.
            if (context.TryVisit(out visit))
            {
                error = null;
                return true;
            }
        }

        error = _draining ? EngineErrors.ShuttingDown : EngineErrors.Starting;
        return false;
    }

    private static IEnumerable<OutOfService> HungOf(ServingContext context) =>
    [
        .. context.Solvers.Entries.Where(entry => entry.HasHung && context.Solvers.Find(entry.Name) is null)
            .Select(entry => new OutOfService("solver", entry.Name, entry.Version, entry.Reason, IsSame(entry.Name, context.DefaultSolver))),
        .. context.Models.Entries.Where(entry => entry.HasHung && context.Models.Find(entry.Name, "") is not { IsReady: true })
            .Select(entry => new OutOfService("model", entry.Name, entry.Version, entry.Reason, context.Models.Find("", "") is not { IsReady: true } || IsSame(entry.Name, context.Models.DefaultModel))),
        .. context.Operators.Entries.Where(entry => entry.HasHung && context.Operators.Find(entry.Name) is null)
            .Select(entry => new OutOfService("operator", entry.Name, entry.Version, entry.Reason, IsDefault: false)),
    ];

    private static bool IsSame(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
