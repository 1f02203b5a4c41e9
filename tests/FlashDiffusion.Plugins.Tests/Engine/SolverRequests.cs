using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>Requests for the paper's solvers on fake networks, whose pictures differ from seed to seed.</summary>
internal static class SolverRequests
{
    /// <summary>A request with short corrections at every third step, where the solver has any.</summary>
    public static ReconstructionRequest Request(EngineHarness harness, string solver, ulong seed, int startTimestep, params (string Name, ParameterValue Value)[] parameters)
    {
        var chosen = Solvers.Named(solver);
        var given = chosen.Descriptor.Parameters.Any(parameter => parameter.Name == "correction_every")
            ? new Dictionary<string, ParameterValue> { ["correction_every"] = ParameterValue.Of(3), ["correction_updates"] = ParameterValue.Of(10) }
            : [];
        foreach (var (name, value) in parameters)
        {
            given[name] = value;
        }

        var violations = new List<FieldViolation>();
        var request = harness.Request(seed, startTimestep);
        var values = new float[request.Picture.Elements];
        new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, 0, values);
        request = request with
        {
            Solver = chosen,
            SolverParameters = ParameterSet.Resolve(chosen.Descriptor.Parameters, given, "solver", violations),
            Measurement = HostTensor.Picture(values, request.Picture),
        };
        Assert.Empty(violations);
        return request;
    }
}
