using System.IO.Compression;
using System.Text.RegularExpressions;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.AuthorKit;

/// <summary>
/// From nothing to a reconstruction as an author outside of this repository: packages, template, build, conformance tests, a running
/// server. The commands are those of plugins/README.md.
/// </summary>
public sealed partial class SolverTemplateTests : IDisposable
{
    private const string Name = "Acme.EdgeSolver2";
    private const string CatalogName = "acme_edge_solver2";

    // Enough of an operator to see that its suite runs outside too.
    private const string Operator = """
        using FlashDiffusion;
        using FlashDiffusion.Conformance;
        using static TorchSharp.torch;

        namespace Outside;

        public sealed class HalfConformance : OperatorConformance
        {
            protected override IForwardOperatorFamily CreateFamily() => new HalfFamily();
        }

        public sealed class HalfFamily : IForwardOperatorFamily
        {
            public OperatorDescriptor Descriptor { get; } = new() { Name = "half", Description = "Halves.", IsLinear = true, Parameters = [] };

            public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) =>
                new() { MeasurementShape = [3, picture.Height, picture.Width], MeasurementCount = picture.Elements };

            public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) => new Half(rows.Count);

            private sealed class Half(int rows) : ILinearForwardOperator
            {
                public int Rows => rows;
                public Tensor Forward(Tensor pictures) => pictures * 0.5;
                public Tensor Adjoint(Tensor measurements) => measurements * 0.5;
                public Tensor Consistent(Tensor measurements) => measurements.clone();
                public Tensor ToImage(Tensor measurements) => measurements.clone();
                public void Dispose() { }
            }
        }
        """;

    private readonly PackedKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Template_FromNothing_BecomesASolverThatAServerRuns()
    {
        var project = _kit.NewSolver(Name);
        File.WriteAllText(Path.Combine(project, "tests", $"{Name}.Tests", "HalfConformance.cs"), Operator);

        PackedKit.DotNet(project, "build", "-c", "Release");
        var tests = PackedKit.DotNet(project, "test", "-c", "Release", "--no-build");

        Assert.Equal(Laws(typeof(Conformance.SolverConformance)) + Laws(typeof(Conformance.OperatorConformance)), int.Parse(Succeeded().Match(tests).Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture));
        var plugin = Path.Combine(project, "artifacts", "plugins", Name, "0.1.0");
        Assert.Equal([$"{Name}.deps.json", $"{Name}.dll", "plugin.json"], Directory.EnumerateFiles(plugin).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await ReconstructAsync(Path.Combine(project, "artifacts", "plugins"));
        CheckPackages();
    }

    private static async Task ReconstructAsync(string plugins)
    {
        await using var server = await RunningServer.StartAsync([$"--plugins={plugins}", $"--Plugins:DefaultSolver={CatalogName}"]);
        var request = await Requests.BlurredAsync(server);
        request.Sampling = null;
        request.Solver = new V1.SolverChoice { Name = CatalogName, Parameters = { ["strength"] = new V1.ParameterValue { Number = 0.5 } } };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 5 };

        var events = await Requests.ReconstructAsync(server, request);

        Assert.Equal((CatalogName, 6), (events[0].Accepted.Solver, events[0].Accepted.TotalSteps));
        var cost = events[^1].Result.Cost;
        Assert.Equal((6, 6, 0, 6), (cost.Steps, cost.UnetForward, cost.UnetBackward, cost.DecoderBackward));
        Assert.NotEmpty(events[^1].Result.Picture.Encoded);
    }

    private void CheckPackages()
    {
        foreach (var id in new[] { "FlashDiffusion.Abstractions", "FlashDiffusion.Conformance" })
        {
            using var package = ZipFile.OpenRead(Path.Combine(_kit.Feed, $"{id}.{_kit.Version}.nupkg"));
            var files = package.Entries.Select(entry => entry.FullName).ToList();
            Assert.Superset(new HashSet<string> { "README.md", "LICENSE", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", $"buildTransitive/{id}.targets" }, files.ToHashSet());
            using var nuspec = new StreamReader(package.GetEntry($"{id}.nuspec")!.Open());
            Assert.Contains("<license type=\"expression\">Apache-2.0</license>", nuspec.ReadToEnd(), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(_kit.Feed, $"{id}.{_kit.Version}.snupkg")));
        }
    }

    private static int Laws(Type suite) => suite.GetMethods().Count(method => method.IsDefined(typeof(FactAttribute), inherit: false));

    [GeneratedRegex(@"succeeded:\s+(?<count>\d+)")]
    private static partial Regex Succeeded();
}
