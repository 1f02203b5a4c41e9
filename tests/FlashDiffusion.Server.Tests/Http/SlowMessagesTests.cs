using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Http;

public sealed class SlowMessagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_MessageThatNeverComes_IsLetGoWithAStatus()
    {
        await using var server = await InProcessServer.StartAsync(null, WithGrace(TimeSpan.FromSeconds(1.5)), ("Server:StallSeconds", "1"));
        using var http = new HttpClient();
        // The length of a message and a few bytes of it.
        using var body = new PausedBody(Timeout.InfiniteTimeSpan, [0, 0, 1, 0, 0, 10, 20, 30], [40]);
        using var request = body.To(server.Grpc, "/inference.GRPCInferenceService/ModelStreamInfer");

        using var answer = await http.SendAsync(request, Cancellation);

        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        var said = answer.TrailingHeaders.Concat(answer.Headers).ToDictionary(header => header.Key, header => header.Value.Single(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal("1", said["grpc-status"]);
        Assert.Contains("fewer than 360 bytes came in 1.5 s", said["grpc-message"], StringComparison.Ordinal);
        Assert.Contains("CLIENT_STALLED", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(said["grpc-status-details-bin"])), StringComparison.Ordinal);
        await Eventually.IsAsync(() => server.Logs.Text.Contains("ModelStreamInfer sent a message too slowly", StringComparison.Ordinal));
        Assert.DoesNotContain("failed inside the server", server.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_StallLimitBelowTheGrace_IsNotTheTimeOfAMessage()
    {
        await using var server = await InProcessServer.StartAsync(settings: ("Server:StallSeconds", "1"));
        using var http = new HttpClient();
        // An empty message, in two parts.
        using var body = new PausedBody(TimeSpan.FromSeconds(3), [0, 0, 0], [0, 0]);
        using var request = body.To(server.Grpc, "/inference.GRPCInferenceService/ModelStreamInfer");

        using var answer = await http.SendAsync(request, Cancellation);

        // It was read: what is wrong with it is told as a response.
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Unary_MessageThatRestsForLongerThanTheFrameworksGrace_IsRead()
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = new HttpClient();
        // As a frame looks that takes 8 s: kilobytes a second.
        using var body = new PausedBody(TimeSpan.FromSeconds(8), [0, 0, 0], [0, 0]);
        using var request = body.To(server.Grpc, "/inference.GRPCInferenceService/ServerLive");

        using var answer = await http.SendAsync(request, Cancellation);

        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public void Least_WhoeverSendsTwiceTheRate_IsNeverBelowItWhateverAFrameAndARecordHide()
    {
        var frames = new KestrelServerOptions().Limits.Http2;

        var least = SlowMessages.Least(frames);

        var hidden = frames.MaxFrameSize + (16 * 1024);
        Assert.Equal(240, least.BytesPerSecond);
        Assert.InRange((2 * least.BytesPerSecond * least.GracePeriod.TotalSeconds) - hidden, least.BytesPerSecond * least.GracePeriod.TotalSeconds, double.MaxValue);
    }

    private static Action<IServiceCollection> WithGrace(TimeSpan grace) =>
        services => services.PostConfigure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, grace));
}
