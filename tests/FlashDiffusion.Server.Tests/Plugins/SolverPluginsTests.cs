using System.Runtime.Loader;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Tests.Plugins;

public sealed class SolverPluginsTests : IDisposable
{
    private readonly PluginRoot _root = new();

    [Fact]
    public void Load_GoodPlugin_IsReadyInAContextOfItsOwnThatSharesTheContract()
    {
        _root.Add("GoodSolver");

        var entry = Assert.Single(_root.Load().Entries);

        Assert.Equal(("good_solver", "0.1.0", ""), (entry.Name, entry.Version, entry.Reason));
        var solver = Assert.IsAssignableFrom<ILatentSolver>(entry.Solver);
        var context = AssemblyLoadContext.GetLoadContext(IPluginPart.CodeOf(solver).GetType().Assembly)!;
        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.True(context.IsCollectible);
        Assert.Same(typeof(ParameterDescriptor), solver.Descriptor.Parameters[0].GetType());
    }

    [Fact]
    public void Load_NoFolder_IsAnEmptyCatalog() => Assert.Empty(new PluginRootless().Load().Entries);

    [Fact]
    public void Load_ThrowingConstructor_FailsWithItsReasonAndHarmsNoOther()
    {
        _root.Add("GoodSolver");
        _root.Add("ThrowingConstructor");

        var catalog = _root.Load();

        Assert.Equal(["good_solver"], catalog.ReadyNames);
        Assert.Contains("No licence for this solver was found.", catalog.FindFailed("ThrowingConstructor")!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherContract_IsRefusedBeforeItsCodeIsLoaded()
    {
        _root.Add("OtherContract");

        var entry = Assert.Single(_root.Load().Entries);

        Assert.Contains("contract version 999", entry.Reason, StringComparison.Ordinal);
        Assert.False(AppContext.TryGetSwitch("FlashDiffusion.TestPlugins.OtherContract.Loaded", out _));
        Assert.DoesNotContain(
            AssemblyLoadContext.All.SelectMany(context => context.Assemblies),
            assembly => assembly.GetName().Name == "FlashDiffusion.TestPlugins.OtherContract");
    }

    [Fact]
    public void Load_SeveralVersions_TheHighestByNumberWins()
    {
        _root.Add("GoodSolver", version: "0.9.0");
        _root.Add("GoodSolver", version: "0.10.0");

        Assert.Equal("0.10.0", Assert.Single(_root.Load().Entries).Version);
    }

    [Fact]
    public void Load_HighestVersionBroken_TheOneBelowServesAndTheReasonStays()
    {
        _root.Add("GoodSolver", version: "1.0.0");
        File.AppendAllText(Path.Combine(_root.Add("GoodSolver", version: "2.0.0"), "FlashDiffusion.TestPlugins.GoodSolver.dll"), "tampered");

        var catalog = _root.Load();

        Assert.Equal("1.0.0", catalog.Find("good_solver")!.Version);
        Assert.Equal("2.0.0", catalog.FindFailed("GoodSolver")!.Version);
    }

    [Fact]
    public void Load_TwoPluginsOfOneSolver_TheSecondIsRefused()
    {
        _root.Add("GoodSolver", name: "A");
        _root.Add("GoodSolver", name: "B");

        var catalog = _root.Load();

        Assert.Single(catalog.ReadyNames);
        Assert.Contains("already provides", catalog.FindFailed("B")!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_AnyCase_FindsTheSolver()
    {
        _root.Add("GoodSolver");

        Assert.NotNull(_root.Load().Find("Good_SOLVER"));
    }

    public void Dispose() => _root.Dispose();

    private sealed class PluginRootless
    {
        public SolverCatalog Load()
        {
            using var root = new PluginRoot();
            return root.Shelf.Load(Path.Combine(Path.GetTempPath(), "flash-no-such-folder")).Solvers;
        }
    }
}
