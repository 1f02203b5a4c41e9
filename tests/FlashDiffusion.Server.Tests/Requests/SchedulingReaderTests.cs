using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Scheduling;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Tests.Requests;

public sealed class SchedulingReaderTests
{
    private readonly MapperScene _scene = new();

    [Fact]
    public void Read_NothingSaid_IsNormalAndFast()
    {
        var request = _scene.Map(MapperScene.Fine()).Request;
        Assert.Equal((Priority.Normal, ComputeMode.Fast, null), (request.Priority, request.Mode, request.QueueTimeout));
    }

    [Fact]
    public void Read_AllSaid_ReachesTheRequest()
    {
        var message = MapperScene.Fine();
        message.Mode = V1.ComputeMode.Exact;
        message.Scheduling = new V1.Scheduling
        {
            Priority = V1.Priority.High,
            QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
            TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMinutes(2)),
            MaxNetworkCalls = 20,
            OnTightDeadline = V1.OnTightDeadline.Refuse,
        };
        var request = _scene.Map(message).Request;
        Assert.Equal((TimeSpan.FromMinutes(2), 20, TightDeadline.Refuse), (request.TimeLimit, request.MaximumNetworkCalls, request.OnTightDeadline));
        Assert.Equal((Priority.High, ComputeMode.Exact, TimeSpan.FromSeconds(1.5)), (request.Priority, request.Mode, request.QueueTimeout));
    }

    [Fact]
    public void Read_Faults_AreReportedAtOnceAtTheirFields()
    {
        var message = MapperScene.Fine();
        message.Mode = (V1.ComputeMode)9;
        message.Scheduling = new V1.Scheduling { Priority = (V1.Priority)7, QueueTimeout = new Duration { Seconds = long.MaxValue } };
        Assert.Equal(["mode", "scheduling.priority", "scheduling.queue_timeout"], _scene.Fields(message).Order());
        message.Scheduling.QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(-1));
        Assert.Contains("scheduling.queue_timeout", _scene.Fields(message));
    }
}
