namespace FlashDiffusion.Server.Tests.Requests;

public sealed class AdaptationReaderTests
{
    private readonly MapperScene _scene = new();

    public static TheoryData<V1.Adaptation, string[]> Faults => new()
    {
        { new V1.Adaptation { Mode = (V1.AdaptationMode)17 }, ["adaptation.mode"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed }, ["adaptation.fixed"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = -1 }, ["adaptation.start_timestep"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 1000 }, ["adaptation.start_timestep"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, Severity = 0 }, ["adaptation.severity"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, Severity = double.NaN }, ["adaptation.severity"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, Severity = double.PositiveInfinity }, ["adaptation.severity"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, Severity = 1, SeverityMultiplier = 2 }, ["adaptation.severity_multiplier"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Auto, StartTimestep = 5 }, ["adaptation.start_timestep"] },
        { new V1.Adaptation { Severity = 5 }, ["adaptation.severity"] },
        { new V1.Adaptation { SeverityMultiplier = 0.05 }, ["adaptation.severity_multiplier"] },
        { new V1.Adaptation { SeverityMultiplier = 11 }, ["adaptation.severity_multiplier"] },
        { new V1.Adaptation { Correction = -0.5 }, ["adaptation.correction"] },
        { new V1.Adaptation { Correction = double.NaN }, ["adaptation.correction"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Full, Correction = 1 }, ["adaptation.correction"] },
        { new V1.Adaptation { Mode = V1.AdaptationMode.Full, StartMode = V1.StartMode.DdimInversion }, ["adaptation.start_mode"] },
        { new V1.Adaptation { StartMode = (V1.StartMode)5 }, ["adaptation.start_mode"] },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Read_Fault_IsReportedAtItsField(V1.Adaptation adaptation, string[] fields)
    {
        var request = MapperScene.Fine();
        request.Adaptation = adaptation;

        Assert.Equal(fields, _scene.Fields(request));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    public void Read_FixedStartAtTheScheduleEnds_IsFine(int timestep)
    {
        var request = MapperScene.Fine();
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = timestep };

        Assert.Equal(timestep, _scene.Map(request).Request.Adaptation.StartTimestep);
    }
}
