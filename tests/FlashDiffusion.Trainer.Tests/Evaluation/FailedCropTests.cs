using System.Text.Json.Nodes;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

/// <summary>A chain that ends in NaN: stored, counted, and nobody's average.</summary>
public sealed class FailedCropTests : IDisposable
{
    private static readonly CropQuality Sound = new(0, 20, 0.5, 5, 10);
    private static readonly CropQuality Broken = new(1, double.NaN, double.NaN, double.PositiveInfinity, 10);
    private readonly string _folder = Directory.CreateTempSubdirectory("results-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Store_BrokenCrop_IsReadBackBesideTheOthers()
    {
        var store = new ResultStore(_folder);
        store.Append("row", "key", Broken);
        store.Append("row", "key", Sound);
        var read = store.Read("row", "key");
        Assert.Equal((true, false), (read[1].Failed, read[0].Failed));
        Assert.Equal(Sound, read[0]);
        Assert.True(double.IsPositiveInfinity(read[1].Lsd));
    }

    [Fact]
    public void Summary_BrokenCrop_IsCountedAndNotAveraged() =>
        Assert.Equal(new RowSummary(1, 20, 0.5, 5, 10, Failed: 1), RowSummary.Of([Sound, Broken]));

    [Fact]
    public void Difference_BrokenCrop_IsLeftOut()
    {
        var row = new Dictionary<int, CropQuality> { [0] = Sound, [1] = Broken };
        var floor = new Dictionary<int, CropQuality> { [0] = Sound with { Psnr = 19 }, [1] = Sound with { Crop = 1 } };
        Assert.Equal((1, 1.0), (PairedDifference.Of(row, floor, [0, 1])!.Crops, PairedDifference.Of(row, floor, [0, 1])!.Mean));
        Assert.Null(PairedDifference.Of(new Dictionary<int, CropQuality> { [1] = Broken }, floor, [0, 1]));
    }

    [Fact]
    public void Tables_BrokenCrops_SaySo()
    {
        var some = Report([Sound, Broken]);
        Assert.Contains("| pnp | 1 (1 failed) |", some.Table, StringComparison.Ordinal);
        Assert.Equal(1, (int)some.Row["failed"]!);

        var all = Report([Broken]);
        Assert.Contains("| pnp | 0 (1 failed) |", all.Table, StringComparison.Ordinal);
        Assert.Null(all.Row["psnr_db"]);
    }

    private static (string Table, JsonNode Row) Report(CropQuality[] qualities)
    {
        var solver = new ComparedSolver(
            "pnp", new SolverSetting(1, new Dictionary<string, double>()), RowSummary.Of(qualities), ComparedSolver.MeanCost(qualities), CostIsBound: false, AboveFloor: null);
        var figures = new Dictionary<string, IReadOnlyList<ComparedSolver>> { ["inpainting"] = [solver] };
        return (SolverTables.Markdown(figures), JsonNode.Parse(SolverTables.Json(figures))!["inpainting"]![0]!);
    }
}
