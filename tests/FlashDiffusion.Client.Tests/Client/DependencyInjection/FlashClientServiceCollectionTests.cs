using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Client.Tests.Client.DependencyInjection;

public sealed class FlashClientServiceCollectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_Address_GivesOneClientThatWorks()
    {
        await using var server = await FakeFlashServer.StartAsync();
        await using var provider = new ServiceCollection().AddFlashDiffusionClient(server.Address).Services.BuildServiceProvider();

        var client = provider.GetRequiredService<FlashClient>();

        Assert.Same(client, provider.GetRequiredService<FlashClient>());
        Assert.Equal("starter", (await client.ListModelsAsync(Cancellation)).DefaultModel);
    }

    [Fact]
    public void Add_Section_SaysEverything()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Flash:Addresses:0"] = "a:8001",
            ["Flash:Addresses:1"] = "https://b:8001",
            ["Flash:Client:UnaryTimeout"] = "00:00:07",
            ["Flash:Client:ApiKey"] = "secret",
            ["Flash:Client:Resume:Tries"] = "3",
        }).Build();
        var services = new ServiceCollection();
        services.AddFlashDiffusionClient().Bind(configuration.GetSection("Flash"));
        using var provider = services.BuildServiceProvider();

        var settings = provider.GetRequiredService<IOptions<FlashClientSettings>>().Value;

        Assert.Equal([new Uri("http://a:8001"), new Uri("https://b:8001")], provider.GetRequiredService<FlashClient>().Addresses);
        Assert.Equal((TimeSpan.FromSeconds(7), 3, "secret"), (settings.Client.UnaryTimeout, settings.Client.Resume.Tries, settings.Client.ApiKey));
        Assert.DoesNotContain("secret", settings.Client.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AddKeyed_TwoNames_AreTwoClients()
    {
        var services = new ServiceCollection();
        services.AddKeyedFlashDiffusionClient("near", settings => settings.Addresses.Add("near:1"));
        services.AddKeyedFlashDiffusionClient("far", settings => settings.Addresses.Add("far:1"));
        using var provider = services.BuildServiceProvider();

        Assert.Equal("near", provider.GetRequiredKeyedService<FlashClient>("near").Address.Host);
        Assert.Equal("far", provider.GetRequiredKeyedService<FlashClient>("far").Address.Host);
    }

    [Fact]
    public async Task Host_WrongSettings_DoesNotStartAndSaysAll()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddFlashDiffusionClient(settings =>
        {
            settings.Addresses.Add("ftp://x");
            settings.Addresses.Add("");
        });
        builder.Services.AddKeyedFlashDiffusionClient("none");
        using var host = builder.Build();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Cancellation));

        Assert.Contains("'ftp://x' is not a server's address", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("'none' has no address", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ApiKey_ArrivesAsBearer()
    {
        await using var server = await FakeFlashServer.StartAsync();
        var services = new ServiceCollection();
        services.AddFlashDiffusionClient(settings =>
        {
            settings.Addresses.Add(server.Address);
            settings.Client = new FlashClientOptions { ApiKey = "k1" };
        });
        await using var provider = services.BuildServiceProvider();

        await foreach (var _ in provider.GetRequiredService<FlashClient>().FollowAsync(
            new ReconstructRequest { Measurement = PictureContent.FromPixels(new float[12], 2, 2) }, Cancellation))
        {
            // To its end.
        }

        Assert.Equal("Bearer k1", Assert.Single(server.Reconstruction.Headers).GetValue("authorization"));
    }
}
