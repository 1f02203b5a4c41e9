using System.Text.Json;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class CatalogCommandsTests
{
    [Theory]
    [InlineData("models", "starter (default)", "64..512", "gaussian_blur")]
    [InlineData("solvers", "latent_dps (default)", "guidance_scale: 0..10, default 1.6.", "Pull of the [measurement].")]
    [InlineData("operators", "super_resolution", "bicubic|average", "required")]
    public async Task Run_Catalog_IsATable(string command, params string[] expected)
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(command, "--address", server.Address);

        Assert.Equal((0, ""), (exit, error));
        Assert.All(expected, text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("models", "default_model", "models")]
    [InlineData("solvers", "default_solver", "solvers")]
    [InlineData("operators", null, "operators")]
    public async Task Run_Json_IsTheContractsMessage(string command, string? standard, string list)
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(command, "--json", "--address", server.Address);

        Assert.Equal((0, ""), (exit, error));
        using var json = JsonDocument.Parse(output);
        Assert.NotEqual("", standard is null ? null : json.RootElement.GetProperty(standard).GetString());
        Assert.NotEmpty(json.RootElement.GetProperty(list)[0].GetProperty("name").GetString()!);
    }

    [Fact]
    public async Task Run_BrokenModel_IsListedWithItsReason()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Catalog.State = ServingState.Failed;

        var (_, output, _) = await CommandRunner.RunAsync("models", "--address", server.Address);

        Assert.Contains("failed: weights are missing", output, StringComparison.Ordinal);
    }
}
