using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Whether requests can be served, and with what. Written by start-up and shutdown, read by every call.</summary>
internal sealed class ServingState
{
    private volatile ServingContext? _context;
    private volatile bool _draining;

    /// <summary>The snapshot; null until the server is ready.</summary>
    public ServingContext? Context => _context;

    /// <summary>Whether new requests should come here: not while it drains, nor once the solver hung that most of them mean.</summary>
    public bool IsReady => _context is { } context && !_draining && !Hung.Any(solver => string.Equals(solver.Name, context.DefaultSolver, StringComparison.OrdinalIgnoreCase));

    /// <summary>Solvers that are out of service because a step of them hung, without another version in their place.</summary>
    public IEnumerable<SolverEntry> Hung => _context is { } context ? context.Solvers.Entries.Where(entry => entry.HasHung && context.Solvers.Find(entry.Name) is null) : [];

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
}
