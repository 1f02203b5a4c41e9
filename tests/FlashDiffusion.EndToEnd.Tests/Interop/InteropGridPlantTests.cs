using FlashDiffusion.EndToEnd.Tests.Interop.Clients;
using FlashDiffusion.EndToEnd.Tests.Interop.Grid;

namespace FlashDiffusion.EndToEnd.Tests.Interop;

/// <summary>The grid can fail: faults that are planted in a client's row are found, by name.</summary>
public sealed class InteropGridPlantTests
{
    private const string Bits = "c0ffee";
    private static readonly IReadOnlyList<string> Sound =
    [
        .. GridColumns.All.Except([GridColumns.Resume]).Select(column => $$"""{"cell": "{{column}}", "works": true, "calls": ["Call {{column}}"]}"""),
        """{"ready": true}""",
        """{"reached": 8}""",
        $$"""{"cell": "{{GridColumns.Resume}}", "works": true, "bits": "{{Bits}}"}""",
    ];

    [Fact]
    public async Task SoundProgram_HasNoFailure()
    {
        var grid = await FillAsync(Sound);
        Assert.Empty(grid.Failures);
        Assert.DoesNotContain("BROKEN", grid.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GridColumns.Streaming, """{"cell": "streaming", "works": false, "text": "no latent"}""", "no latent")]
    [InlineData(GridColumns.Deadline, """{"cell": "unary", "works": true}""", "Not reported exactly once")]
    [InlineData(GridColumns.Cancel, """{"reached": 1}""", "Not reported exactly once")]
    [InlineData(GridColumns.BadInput, """{"cell": "bad input", "works": true, "nature": ""}""", "does not say")]
    [InlineData(GridColumns.Resume, """{"cell": "resume after a kill", "works": true, "bits": "00"}""", "Other bits (00)")]
    [InlineData(GridColumns.Resume, """{"cell": "resume after a kill", "works": true}""", "Other bits ()")]
    public async Task PlantedCell_IsBroken(string column, string instead, string why)
    {
        var grid = await FillAsync([.. Sound.Select(line => line.Contains($"\"{column}\"", StringComparison.Ordinal) ? instead : line)]);
        Assert.Contains(grid.Failures, failure => failure.StartsWith($"planted, {column}: ", StringComparison.Ordinal) && failure.Contains(why, StringComparison.Ordinal));
        Assert.Contains("BROKEN", grid.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 3", "ended with 3")]
    [InlineData("echo no JSON", "JsonReaderException")]
    [InlineData("""echo '{"word": 1}'""", "The program said")]
    public async Task ProgramThatEndsBadly_BreaksWhatItOwes(string command, string why)
    {
        var grid = await FillAsync(Sound.Take(2), command);
        Assert.Equal(GridColumns.All.Count - 2, grid.Failures.Count(failure => failure.Contains(why, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task MethodThatNobodyCalled_IsNamed()
    {
        var grid = await FillAsync(Sound, methods: ["Call unary", "Forgotten"]);
        Assert.Equal("planted has not called Forgotten", Assert.Single(grid.Failures));
    }

    [Fact]
    public async Task CallOfABrokenCell_DoesNotCount()
    {
        var grid = await FillAsync([.. Sound.Select(line => line.Replace("true, \"calls\": [\"Call unary\"", "false, \"text\": \"x\", \"calls\": [\"Call unary\"", StringComparison.Ordinal))], methods: ["Call unary"]);
        Assert.Contains("planted has not called Call unary", grid.Failures);
    }

    /// <summary>The grid of one program that says these lines, waits where it says that it is ready, and at last runs a command.</summary>
    private static Task<InteropGrid> FillAsync(IEnumerable<string> lines, string command = "true", IReadOnlyCollection<string>? methods = null)
    {
        var script = string.Join('\n', lines.Select(line => $"echo '{line}'{(line.Contains("ready", StringComparison.Ordinal) ? "; read go" : "")}").Append(command));
        var client = new ProgramClient("planted", methods ?? [], new Dictionary<string, string>(), "sh", "-c", script);
        return InteropGrid.FillAsync([client], Bits, () => Task.CompletedTask, TestContext.Current.CancellationToken);
    }
}
