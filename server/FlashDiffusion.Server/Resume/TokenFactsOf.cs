using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.Resume;

/// <summary>The facts of a request that a resume may not change.</summary>
internal static class TokenFactsOf
{
    /// <param name="request">A mapped request.</param>
    /// <param name="compute">How this server computes.</param>
    public static TokenFacts Request(ReconstructionRequest request, TokenCompute compute)
    {
        var solver = request.Solver.Descriptor;
        var facts = new TokenFacts
        {
            Model = request.Model.Model.Name,
            ModelVersion = request.Model.Model.Version,
            WeightsHash = request.Model.WeightsHash,
            ScheduleHash = Hash(MemoryMarshal.AsBytes(request.Model.Model.Schedule.SignalToNoise.AsSpan())),
            Solver = solver.Name,
            SolverVersion = solver.Version,
            Operator = request.Operator is { } degradation ? Operator(degradation) : null,
            MeasurementHash = Measurement(request.Measurement),
            Height = request.Picture.Height,
            Width = request.Picture.Width,
            Sampler = (int)request.Sampling.Kind,
            DdimSteps = request.Sampling.DdimSteps,
            DdimEta = request.Sampling.DdimEta,
            Seed = request.Seed,
            Compatibility = (int)request.Compatibility,
            Compute = compute,
            Traceparent = TraceparentOf(request.Parent),
            ComputeMode = (int)(request.Mode == ComputeMode.Exact ? V1.ComputeMode.Exact : V1.ComputeMode.Fast),
        };
        AddParameters(facts.SolverParameters, request.SolverParameters);
        return facts;
    }

    /// <summary>The span that a traceparent names; none if it names none.</summary>
    public static ActivityContext ParentOf(string traceparent) => ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent) ? parent : default;

    private static TokenOperator Operator(OperatorRequest degradation)
    {
        var facts = new TokenOperator 
        {
            Name = degradation.Spec.Name, Version = degradation.Version, Seed = degradation.Spec.Seed, NoiseStd = degradation.NoiseStd,
        };
        if (degradation.Spec.Mask is { } mask)
        {
            Span<int> shape = [mask.Height, mask.Width];
            facts.MaskHash = Hash(MemoryMarshal.AsBytes(shape), MemoryMarshal.AsBytes(mask.Values.AsSpan()));
        }

        if (degradation.Spec.Kernel is { } kernel)
        {
            Span<int> shape = [kernel.Height, kernel.Width];
            facts.KernelHash = Hash(MemoryMarshal.AsBytes(shape), MemoryMarshal.AsBytes(kernel.Values.AsSpan()));
        }

        AddParameters(facts.Parameters, degradation.Spec.Parameters);
        return facts;
    }

    private static ByteString Measurement(HostTensor measurement) =>
        Hash(MemoryMarshal.AsBytes(measurement.Shape.AsSpan()), MemoryMarshal.AsBytes(measurement.Values.AsSpan()));

    private static void AddParameters(MapField<string, TokenParameter> target, ParameterSet parameters)
    {
        foreach (var (name, value) in parameters.Values)
        {
            target.Add(name, value.Text is { } text ? new TokenParameter { Text = text } : new TokenParameter { Number = value.Number });
        }
    }

    private static string TraceparentOf(ActivityContext parent) =>
        parent == default ? "" : $"00-{parent.TraceId.ToHexString()}-{parent.SpanId.ToHexString()}-{(int)parent.TraceFlags:x2}";

    private static ByteString Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(first);
        hash.AppendData(second);
        return ByteString.CopyFrom(hash.GetHashAndReset());
    }
}
