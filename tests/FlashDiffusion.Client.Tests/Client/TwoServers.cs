using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Client;

/// <summary>Two servers that a test makes break, and clients of them.</summary>
public abstract class TwoServers : IAsyncLifetime
{
    private protected static readonly ResumePolicy Quick = new() { Tries = 3, FirstDelay = TimeSpan.FromMilliseconds(1), CheckpointEverySteps = 3 };

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected FakeFlashServer First { get; private set; } = null!;

    private protected FakeFlashServer Second { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (First, Second) = (await FakeFlashServer.StartAsync(), await FakeFlashServer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static ReconstructRequest Request() => new()
    {
        Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 8 * 8], 3, 8, 8) },
    };

    private protected async Task<List<ReconstructionEvent>> FollowAsync(ResumePolicy policy, ReconstructRequest request, params string[] addresses)
    {
        using var client = FlashClient.Connect(addresses.Length > 0 ? addresses : [First.Address, Second.Address], new FlashClientOptions { Resume = policy });
        return await FollowAsync(client, request);
    }

    private protected static async Task<List<ReconstructionEvent>> FollowAsync(FlashClient client, ReconstructRequest request)
    {
        var events = new List<ReconstructionEvent>();
        await foreach (var happened in client.FollowAsync(request, Cancellation))
        {
            events.Add(happened);
        }

        return events;
    }
}
