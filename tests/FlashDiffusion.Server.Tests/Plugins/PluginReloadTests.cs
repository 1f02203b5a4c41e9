using System.Runtime.Loader;

namespace FlashDiffusion.Server.Tests.Plugins;

/// <summary>Reading the folder again.</summary>
public sealed class PluginReloadTests : IDisposable
{
    private readonly PluginRoot _root = new();

    [Fact]
    public void Load_NothingChanged_NothingIsLoadedAnew()
    {
        _root.Add("GoodSolver");
        var first = _root.LoadAll();
        var second = _root.LoadAll();

        Assert.Same(first.Solvers.Find("good_solver")!.Solver, second.Solvers.Find("good_solver")!.Solver);
        Assert.Empty(second.Replaced);
    }

    [Fact]
    public void Load_HigherVersion_TakesThePlaceOfTheOldOne()
    {
        _root.Add("GoodSolver", version: "1.0.0");
        var old = _root.LoadAll().Solvers.Find("good_solver")!.Solver;
        _root.Add("GoodSolver", version: "2.0.0");

        var read = _root.LoadAll();

        Assert.Equal("2.0.0", read.Solvers.Find("good_solver")!.Version);
        Assert.Same(old, Assert.Single(read.Replaced).Part);
    }

    [Fact]
    public void Load_SameVersionOtherContent_IsLoadedAnew()
    {
        var folder = _root.Add("GoodSolver");
        var old = _root.LoadAll().Solvers.Find("good_solver")!.Solver;
        // Another assembly in the same folder: what counts is the hash.
        File.Copy(Path.Combine(_root.Add("FaultySolver"), "FlashDiffusion.TestPlugins.FaultySolver.dll"), Path.Combine(folder, "FlashDiffusion.TestPlugins.FaultySolver.dll"));
        PluginRoot.CopyValues(Path.Combine(_root.FullPath, "FaultySolver", "0.1.0"), folder, "entryAssembly", "entryType", "sha256");
        PluginRoot.List(folder);
        Directory.Delete(Path.Combine(_root.FullPath, "FaultySolver"), recursive: true);

        var read = _root.LoadAll();

        Assert.Equal(["faulty_solver"], read.Solvers.ReadyNames);
        Assert.Same(old, Assert.Single(read.Replaced).Part);
    }

    [Fact]
    public void Load_SameVersionOtherLibraryBesideIt_IsLoadedAnew()
    {
        var folder = _root.Add("NewerYaml");
        _root.LoadAll();
        File.AppendAllText(Path.Combine(folder, "YamlDotNet.dll"), "x");
        PluginRoot.List(folder);

        Assert.Single(_root.LoadAll().Replaced);
    }

    [Fact]
    public void Load_BrokenVersionInItsPlace_TheOldOneStaysAndTheReasonIsSeen()
    {
        var folder = _root.Add("GoodSolver", version: "1.0.0");
        var old = _root.LoadAll().Solvers.Find("good_solver")!.Solver;
        Directory.Delete(folder, recursive: true);
        PluginRoot.Edit(_root.Add("GoodSolver", version: "2.0.0"), "sha256", "00");

        var read = _root.LoadAll();

        Assert.Same(old, read.Solvers.Find("good_solver")!.Solver);
        Assert.Contains("SHA-256", read.Solvers.FindFailed("GoodSolver")!.Reason, StringComparison.Ordinal);
        Assert.Empty(read.Replaced);
    }

    [Fact]
    public void Load_FolderGone_TheSolverGoes()
    {
        _root.Add("GoodSolver");
        _root.LoadAll();
        Directory.Delete(Path.Combine(_root.FullPath, "GoodSolver"), recursive: true);

        var read = _root.LoadAll();

        Assert.Empty(read.Solvers.Entries);
        Assert.Single(read.Replaced);
    }

    [Fact]
    public void Quarantine_AVersionThatHung_IsNotLoadedAgainButAnotherIs()
    {
        _root.Add("GoodSolver", version: "1.0.0");
        var hung = _root.LoadAll().Solvers.Find("good_solver")!.Solver!;
        Assert.NotNull(_root.Shelf.Quarantine(hung));

        var again = Assert.Single(_root.LoadAll().Solvers.Entries);
        Assert.Equal(("good_solver", true, false), (again.Name, again.HasHung, again.IsReady));

        _root.Add("GoodSolver", version: "1.0.1");
        Assert.Equal("1.0.1", _root.LoadAll().Solvers.Find("good_solver")!.Version);
    }

    [Fact]
    public void Load_TwoVersionsOfOneLibrary_RunSideBySide()
    {
        _root.Add("OlderYaml");
        _root.Add("NewerYaml");

        var catalog = _root.Load();

        Assert.Equal(["yaml_15", "yaml_16"], catalog.ReadyNames);
        Assert.Equal("YamlDotNet 15 read 3.", catalog.Find("yaml_15")!.Solver!.Descriptor.Description);
        Assert.Equal("YamlDotNet 16 read 3.", catalog.Find("yaml_16")!.Solver!.Descriptor.Description);
        var libraries = AssemblyLoadContext.All.SelectMany(context => context.Assemblies).Where(assembly => assembly.GetName().Name == "YamlDotNet").Select(assembly => assembly.GetName().Version!.Major);
        Assert.Superset(new HashSet<int> { 15, 16 }, libraries.ToHashSet());
    }

    public void Dispose() => _root.Dispose();
}
