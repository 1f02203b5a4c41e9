using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Tests.Requests;

namespace FlashDiffusion.Server.Tests.Answers;

public sealed class EventMapperTests
{
    private readonly EventMapper _mapper = new(new MapperScene().Map(MapperScene.Fine()));

    [Fact]
    public void Result_ThatBecameDifferentFromWhatWasSaid_HasItsNotices()
    {
        var result = Result() with { Notices = [new Notice("TRAJECTORY_SHORTENED", "It took 3 steps instead of 5."), new Notice("TEST", "And another.")] };

        Assert.Equal(
            [("TRAJECTORY_SHORTENED", "It took 3 steps instead of 5."), ("TEST", "And another.")],
            _mapper.Result(result).Notices.Select(notice => (notice.Code, notice.Message)));
    }

    // What the request made the server assume is Accepted's.
    [Fact]
    public void Result_AsItWasSaid_HasNone() => Assert.Empty(_mapper.Result(Result()).Notices);

    private static ResultEvent Result() => new()
    {
        Picture = HostTensor.Picture(new float[3 * 8 * 8], new PictureShape(8, 8)),
        Seed = 7,
        Cost = new ReconstructionCost(3, new StepCost(3, 3, 3, 3), 1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 1000),
    };
}
