using System.Runtime.Loader;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Tests.Plugins;

public sealed class OperatorPluginsTests : IDisposable
{
    private const string Assembly = "FlashDiffusion.TestPlugins.GoodOperator.dll";
    private readonly PluginRoot _root = new();

    [Fact]
    public void Load_GoodOperator_IsReadyInAContextOfItsOwnThatSharesTheContract()
    {
        _root.Add("GoodOperator");
        _root.Add("GoodSolver");

        var catalogs = _root.LoadAll("gaussian_blur");

        var entry = Assert.Single(catalogs.Operators);
        Assert.Equal(("good_operator", "0.1.0", ""), (entry.Name, entry.Version, entry.Reason));
        Assert.NotNull(entry.Family);
        var context = AssemblyLoadContext.GetLoadContext(IPluginPart.CodeOf(entry.Family).GetType().Assembly)!;
        Assert.True(context.IsCollectible);
        Assert.Same(typeof(OperatorDescriptor), entry.Family.Descriptor.GetType());
        Assert.Equal(["good_solver"], catalogs.Solvers.ReadyNames);
    }

    [Fact]
    public void Load_TamperedOperator_IsRefusedByItsHashAmongOperators()
    {
        File.AppendAllText(Path.Combine(_root.Add("GoodOperator"), Assembly), "x");

        AssertRefused("SHA-256", []);
    }

    [Fact]
    public void Load_NameOfAnOperatorOfTheServers_IsRefused()
    {
        _root.Add("GoodOperator");

        AssertRefused("of its own", ["Good_Operator"]);
    }

    [Fact]
    public void Load_SecondOfOneName_IsRefused()
    {
        _root.Add("GoodOperator", name: "A");
        _root.Add("GoodOperator", name: "B");

        Assert.Equal(["", "Another plugin already provides the operator 'good_operator'."], _root.LoadAll().Operators.Select(entry => entry.Reason));
    }

    [Theory]
    [InlineData("GoodSolver", "operator", "is no concrete IForwardOperatorFamily")]
    [InlineData("GoodOperator", "solver", "is no concrete ILatentSolver")]
    public void Load_TypeOfTheOtherKind_IsRefused(string plugin, string kind, string reason)
    {
        PluginRoot.Edit(_root.Add(plugin), "kind", kind);

        var catalogs = _root.LoadAll();

        var reasons = catalogs.Operators.Select(entry => entry.Reason).Concat(catalogs.Solvers.Entries.Select(entry => entry.Reason));
        Assert.Contains(reason, Assert.Single(reasons), StringComparison.Ordinal);
        Assert.Equal(kind == "operator", catalogs.Operators.Length == 1);
    }

    [Fact]
    public void Load_ManifestWithoutKind_IsASolver()
    {
        var file = Path.Combine(_root.Add("GoodSolver"), PluginManifest.FileName);
        File.WriteAllLines(file, File.ReadAllText(file).Split(',').Where(part => !part.Contains("kind", StringComparison.Ordinal)).Select((part, i) => i == 0 ? part : "," + part));

        Assert.Equal(["good_solver"], _root.Load().ReadyNames);
    }

    public void Dispose() => _root.Dispose();

    private void AssertRefused(string reason, string[] ownOperators)
    {
        var entry = Assert.Single(_root.LoadAll(ownOperators).Operators);
        Assert.Null(entry.Family);
        Assert.Contains(reason, entry.Reason, StringComparison.Ordinal);
    }
}
