using FlashDiffusion.Server.Http;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Http;

public sealed class PacedBodyTests
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private bool _letGo;

    [Fact]
    public async Task Write_SlowReader_TakesLongerThanTheLimitAndAllOfIt()
    {
        await using var taken = new SlowBody();
        await using var body = new PacedBody(taken, Stall, _time, () => _letGo = true);
        var writing = body.WriteAsync(new byte[(2 * PacedBody.Piece) + 1], TestContext.Current.CancellationToken).AsTask();

        for (var piece = 0; piece < 3; piece++)
        {
            await taken.OfferedAsync();
            _time.Advance(Stall * 0.9);
            taken.Take();
        }

        await writing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((false, (2 * PacedBody.Piece) + 1), (_letGo, taken.Taken));
    }

    [Fact]
    public async Task Write_NobodyReads_LetsGoOnce()
    {
        await using var taken = new SlowBody();
        await using var body = new PacedBody(taken, Stall, _time, () =>
        {
            _letGo = true;
            taken.Abort();
        });
        var writing = body.WriteAsync(new byte[3 * PacedBody.Piece], TestContext.Current.CancellationToken).AsTask();

        _time.Advance(Stall);

        await Assert.ThrowsAsync<OperationCanceledException>(() => writing.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal((true, 0), (_letGo, taken.Taken));
    }
}
