using System.IO.Pipelines;
using FlashDiffusion.Server.Http;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Http;

public sealed class PacedMessagesTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new();
    private readonly PacedMessages _messages;
    private bool _letGo;

    public PacedMessagesTests() => _messages = new PacedMessages(_pipe.Reader, least: 50, Within, _time, () =>
    {
        _letGo = true;
        return new TimeoutException();
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_ADripWithinAMessage_IsLetGo()
    {
        await ArriveAsync(1, taken: 0);
        for (var second = 0; second < 4; second++)
        {
            await DripAsync(1, TimeSpan.FromSeconds(1));
        }

        var last = _messages.ReadAsync(Cancellation).AsTask();
        Assert.False(_letGo);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => last.WaitAsync(Patience, Cancellation));
        Assert.True(_letGo);
    }

    [Fact]
    public async Task Read_MessageThatComesOn_MayTakeLongAndNotStop()
    {
        await ArriveAsync(1, taken: 0);
        for (var time = 0; time < 100; time++)
        {
            await DripAsync(50, Within * 0.9);
        }

        var last = _messages.ReadAsync(Cancellation).AsTask();
        Assert.False(_letGo);
        _time.Advance(Within);

        await Assert.ThrowsAsync<TimeoutException>(() => last.WaitAsync(Patience, Cancellation));
        Assert.True(_letGo);
    }

    [Fact]
    public async Task Read_BetweenTwoMessages_MayRest()
    {
        await ArriveAsync(8, taken: 8);
        var reading = _messages.ReadAsync(Cancellation).AsTask();

        _time.Advance(TimeSpan.FromHours(5));
        await _pipe.Writer.WriteAsync(new byte[3], Cancellation);

        Assert.Equal(3, (await reading.WaitAsync(Patience, Cancellation)).Buffer.Length);
        Assert.False(_letGo);
    }

    [Fact]
    public async Task Read_MessageThatTheServerDidNotWaitFor_HasItsTimeStill()
    {
        // A message and the begin of the next, and then the server has its hands full.
        await ArriveAsync(12, taken: 8);
        _time.Advance(TimeSpan.FromHours(5));
        var reading = _messages.ReadAsync(Cancellation).AsTask();
        _time.Advance(Within * 0.9);
        await _pipe.Writer.WriteAsync(new byte[3], Cancellation);

        Assert.Equal(7, (await reading.WaitAsync(Patience, Cancellation)).Buffer.Length);
        Assert.False(_letGo);
    }

    private async Task DripAsync(int bytes, TimeSpan after)
    {
        var reading = _messages.ReadAsync(Cancellation).AsTask();
        _time.Advance(after);
        await _pipe.Writer.WriteAsync(new byte[bytes], Cancellation);
        Advance(await reading.WaitAsync(Patience, Cancellation), taken: 0);
    }

    private async Task ArriveAsync(int bytes, int taken)
    {
        await _pipe.Writer.WriteAsync(new byte[bytes], Cancellation);
        Advance(await _messages.ReadAsync(Cancellation), taken);
    }

    // As whoever reads messages: what is no whole one has been looked at, and stays.
    private void Advance(ReadResult read, int taken) => _messages.AdvanceTo(read.Buffer.GetPosition(taken), read.Buffer.End);
}
