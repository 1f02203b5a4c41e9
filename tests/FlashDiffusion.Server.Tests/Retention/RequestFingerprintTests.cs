using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Retention;

public sealed class RequestFingerprintTests
{
    [Fact]
    public void Of_LargePicture_TakesNoMemoryOfItsSize()
    {
        const int Bytes = 8 * 1024 * 1024;
        var request = MapperScene.Fine();
        request.Measurement = new V1.Picture { Encoded = UnsafeByteOperations.UnsafeWrap(new byte[Bytes]) };
        RequestFingerprint.Of(MapperScene.Fine());

        var before = GC.GetAllocatedBytesForCurrentThread();
        RequestFingerprint.Of(request);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bytes / 16);
    }

    [Fact]
    public void Of_SameButForItsNameAndTheOrderOfItsMaps_IsTheSame()
    {
        var (one, other) = (Named("one", ["a", "b", "c"]), Named("other", ["c", "a", "b"]));
        Assert.Equal(RequestFingerprint.Of(one), RequestFingerprint.Of(other));

        // The last byte of a picture counts as the first does.
        var another = Named("one", ["a", "b", "c"]);
        var values = one.Measurement.Tensor.Data.ToByteArray();
        values[^1] ^= 1;
        another.Measurement.Tensor.Data = ByteString.CopyFrom(values);
        Assert.NotEqual(RequestFingerprint.Of(one).Hash, RequestFingerprint.Of(another).Hash);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_WhatTheServerChoseSaid_IsTheSameToItAndNoOther(bool hasParameters)
    {
        var first = MapperScene.Fine();
        (first.Model, first.ModelVersion, first.Solver) = ("", "", hasParameters ? new V1.SolverChoice { Parameters = { ["a"] = new V1.ParameterValue { Number = 1 } } } : null);
        first.ClearSeed();
        var again = first.Clone();
        (again.Model, again.ModelVersion, again.Seed) = ("starter", "1", 5);
        again.Solver ??= new V1.SolverChoice();
        again.Solver.Name = "free";
        var chosen = new RequestChoices { Model = "starter", ModelVersion = "1", Solver = "free", Seed = 5 };

        Assert.True(RequestFingerprint.Of(first).IsSame(RequestFingerprint.Of(again), chosen));
        Assert.False(RequestFingerprint.Of(first).IsSame(RequestFingerprint.Of(again), chosen with { ModelVersion = "2" }));
        Assert.False(RequestFingerprint.Of(first).IsSame(RequestFingerprint.Of(again), null));
        Assert.False(RequestFingerprint.Of(again).IsSame(RequestFingerprint.Of(first), chosen));
        again.Solver.Parameters["b"] = new V1.ParameterValue { Number = 2 };
        Assert.False(RequestFingerprint.Of(first).IsSame(RequestFingerprint.Of(again), chosen));
    }

    private static V1.ReconstructRequest Named(string name, string[] parameters)
    {
        var request = MapperScene.Fine();
        request.RequestId = name;
        request.Operator.Parameters.Clear();
        foreach (var parameter in parameters)
        {
            request.Operator.Parameters.Add(parameter, new V1.ParameterValue { Number = parameter[0] });
        }

        return request;
    }
}
