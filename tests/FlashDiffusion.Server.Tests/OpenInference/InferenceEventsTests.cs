using System.Collections.Frozen;
using FlashDiffusion.Server.OpenInference;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceEventsTests : IInferenceResponseStream
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<Inference.ModelInferResponse> _sent = [];
    private readonly InferenceEvents _events;

    public InferenceEventsTests()
    {
        var reply = new InferenceReply("starter", "", "one", FrozenSet.ToFrozenSet(["picture"]));
        _events = new InferenceEvents(reply, new InferenceResponses(reply), _time, this);
    }

    [Fact]
    public async Task Progress_WithNothingToShow_IsASignOfLifeAfterASilenceOnly()
    {
        // One a second: the writer of events sees no silence in them.
        for (var step = 1; step <= 12; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _events.WriteAsync(new V1.ReconstructResponse { Progress = new V1.Progress { Step = step } });
        }

        Assert.Equal([5, 10], _sent.Select(response => response.Parameters["step"].Int64Param));
        Assert.All(_sent, response => Assert.Equal((0, false), (response.Outputs.Count, response.Parameters["triton_final_response"].BoolParam)));
    }

    [Fact]
    public async Task Progress_ThatShowsSomething_IsShownAtOnceAndEndsTheSilence()
    {
        _time.Advance(TimeSpan.FromSeconds(4));
        await _events.WriteAsync(new V1.ReconstructResponse { Progress = new V1.Progress { Step = 1, Latent = new V1.Tensor { Shape = { 1 } } } });
        _time.Advance(TimeSpan.FromSeconds(4));
        await _events.WriteAsync(new V1.ReconstructResponse { Progress = new V1.Progress { Step = 2 } });

        Assert.Equal("latent", Assert.Single(Assert.Single(_sent).Outputs).Name);
    }

    Task IInferenceResponseStream.BeginAsync() => Task.CompletedTask;

    Task IInferenceResponseStream.WriteAsync(Inference.ModelInferResponse response)
    {
        _sent.Add(response);
        return Task.CompletedTask;
    }
}
