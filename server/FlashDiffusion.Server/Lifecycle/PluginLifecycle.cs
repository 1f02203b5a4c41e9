using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Plugins;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>
/// Reads plugins, and reads them again while others run: what is new serves new requests, what it replaces ends its running ones and is
/// unloaded then. A solver or an operator that hung is taken out of service.
/// </summary>
internal sealed class PluginLifecycle(
    ServingChanges changes, PluginShelf shelf, OperatorLoading ownOperators, IOptions<PluginOptions> options, ILogger<PluginLifecycle> logger)
{
    private const int CollectionRounds = 10;
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(200);

    private readonly List<(object Part, string Reason)> _ownHung = [];

    private IEnumerable<OperatorEntry> OwnOperators => ownOperators.Entries.Select(entry => _ownHung.Aggregate(entry, (kept, hung) => WithoutHung(kept, hung.Part, hung.Reason)));

    private string Root => options.Value.Root.Length == 0 ? Path.Combine(AppContext.BaseDirectory, "plugins") : Path.GetFullPath(options.Value.Root);

    /// <summary>Reads the folder for the first time.</summary>
    /// <param name="releasing">Runs on a device's thread what disposes of a plugin.</param>
    public PluginCatalogs Read(Func<Action, Task> releasing)
    {
        shelf.Releasing = releasing;
        return shelf.Load(Root, OperatorLoading.ReservedNames);
    }

    /// <summary>Reads the folder again, after other changes have ended.</summary>
    /// <returns>Solvers and operators as they are in service now.</returns>
    public Task<PluginCatalogs> ReloadAsync() => changes.InTurnAsync(() => Task.Run(() =>
    {
        var read = shelf.Load(Root, OperatorLoading.ReservedNames);
        changes.Publish(context => context with { Solvers = read.Solvers, Operators = new OperatorCatalog([.. OwnOperators, .. read.Operators]) });
        foreach (var replaced in read.Replaced)
        {
            Retire(replaced);
        }

        var (all, loaded) = (read.Solvers.Entries.Length + read.Operators.Length, read.Solvers.ReadyNames.Count() + read.Operators.Count(entry => entry.Family is not null));
        Log.PluginsReloaded(logger, loaded, read.Replaced.Length, all - loaded);
        return read with { Replaced = [] };
    }));

    /// <summary>A call hung: its solver or operator is out of service at once, whatever else is under way.</summary>
    public void Quarantine(HungCall hung)
    {
        if (hung.Part is ILatentSolver solver)
        {
            Log.PluginQuarantined(logger, "Solver", solver.Descriptor.Name, solver.Descriptor.Version, hung.Reason);
        }
        else if (hung.Part is IForwardOperatorFamily family)
        {
            Log.PluginQuarantined(logger, "Operator", family.Descriptor.Name, "", hung.Reason);
        }
        else
        {
            return;
        }

        PublishWithout(hung);
        _ = changes.InTurnAsync(() =>
        {
            // A reload that was under way may have published it again.
            PublishWithout(hung);
            if (shelf.Quarantine(hung.Part) is { } plugin)
            {
                Retire(plugin);
            }
            else
            {
                // One of the server's own: nothing takes its place before a restart.
                _ownHung.Add((hung.Part, hung.Reason));
            }

            return Task.FromResult(true);
        });
    }

    private void PublishWithout(HungCall hung) => changes.Publish(context => context with
    {
        Solvers = new SolverCatalog(context.Solvers.Entries.Select(entry => ReferenceEquals(entry.Solver, hung.Part)
            ? new SolverEntry(entry.Name, entry.Version, null, hung.Reason) { HasHung = true }
            : entry)),
        Operators = new OperatorCatalog(context.Operators.Entries.Select(entry => WithoutHung(entry, hung.Part, hung.Reason))),
    });

    private static OperatorEntry WithoutHung(OperatorEntry entry, object part, string reason) => ReferenceEquals(entry.Family, part)
        ? new OperatorEntry(entry.Name, entry.Version, null, reason) { HasHung = true }
        : entry;

    private void Retire(Plugin plugin)
    {
        var part = plugin.Part;
        var (name, version) = part is ILatentSolver solver ? (solver.Descriptor.Name, solver.Descriptor.Version) : (((IForwardOperatorFamily)part).Descriptor.Name, "");
        _ = CollectAsync(plugin.Lifetime.Freed, plugin.Context, name, version);
        plugin.Lifetime.Retire();
    }

    // An idle server would keep the code for hours: nothing makes it collect garbage.
    private async Task CollectAsync(Task freed, WeakReference context, string name, string version)
    {
        await freed;
        Log.PluginUnloaded(logger, name, version);
        for (var round = 0; round < CollectionRounds && context.IsAlive; round++)
        {
            await Task.Delay(BetweenRounds);
            await Task.Run(CollectionPause.Collect);
            GC.WaitForPendingFinalizers();
        }
    }
}
