using System.Collections.Frozen;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Request parameters: everything that the native API says in fields. <c>operator.NAME</c> and <c>solver.NAME</c> are parameters of the operator and the solver.</summary>
internal static class InferenceParameters
{
    private const string OperatorPrefix = "operator.";
    private const string SolverPrefix = "solver.";
    private const double MicrosecondsPerSecond = 1e6;

    private static readonly FrozenDictionary<string, Action<V1.ReconstructRequest, ParameterValueReader>> Known = new Dictionary<string, Action<V1.ReconstructRequest, ParameterValueReader>>
    {
        ["operator"] = (request, value) => Operator(request).Name = value.Text(),
        ["operator_seed"] = (request, value) => Operator(request).Seed = value.Unsigned(),
        ["noise_std"] = (request, value) => Operator(request).NoiseStd = value.Number(),
        ["noise_range"] = (request, value) => Operator(request).NoiseRange = value.Word<V1.NoiseRange>(),
        ["picture_height"] = (request, value) => Size(request).Height = value.Whole(),
        ["picture_width"] = (request, value) => Size(request).Width = value.Whole(),
        ["seed"] = (request, value) => request.Seed = value.Unsigned(),
        ["adaptation"] = (request, value) => Adaptation(request).Mode = value.Word<V1.AdaptationMode>(),
        ["start_timestep"] = (request, value) => Fixed(request).StartTimestep = value.Whole(),
        ["severity_override"] = (request, value) => Fixed(request).Severity = value.Number(),
        ["correction"] = (request, value) => Adaptation(request).Correction = value.Number(),
        ["severity_multiplier"] = (request, value) => Adaptation(request).SeverityMultiplier = value.Number(),
        ["start_mode"] = (request, value) => Adaptation(request).StartMode = value.Word<V1.StartMode>(),
        ["sampler"] = (request, value) => Sampling(request).Sampler = value.Word<V1.Sampler>(),
        ["ddim_steps"] = (request, value) => Ddim(request).DdimSteps = value.Whole(),
        ["ddim_eta"] = (request, value) => Sampling(request).DdimEta = value.Number(),
        ["preview_every"] = (request, value) => request.Progress.EverySteps = value.Whole(),
        ["preview"] = (request, value) => request.Progress.Preview = value.Word<V1.PreviewKind>(),
        ["preview_size"] = (request, value) => request.Progress.PreviewSize = value.Whole(),
        ["latent_data_type"] = (request, value) => request.Progress.LatentDataType = value.Word<V1.DataType>(),
        [InferenceNames.CheckpointEvery] = (request, value) => request.Progress.CheckpointEverySteps = value.Whole(),
        [InferenceNames.Resume] = (request, value) => Resume(request).Token = value.Bytes(),
        [InferenceNames.RequireExact] = (request, value) => Resume(request).RequireExact = value.Flag(),
        ["compatibility"] = (request, value) => request.Compatibility = value.Word<V1.Compatibility>(),
        ["mode"] = (request, value) => request.Mode = value.Word<V1.ComputeMode>(),
        ["request_id"] = (request, value) => request.RequestId = value.Text(),
        ["on_disconnect"] = (request, value) => request.OnDisconnect = value.Word<V1.OnDisconnect>(),
        ["result_lifetime"] = (request, value) => request.ResultLifetime = Seconds(value.Number()),
        // Triton's: a smaller number goes first, 0 is the default.
        ["priority"] = (request, value) => Scheduling(request).Priority = value.Unsigned() switch
        {
            0 => V1.Priority.Unspecified,
            1 => V1.Priority.High,
            2 => V1.Priority.Normal,
            _ => V1.Priority.Low,
        },
        // Triton's: microseconds that it may wait, 0 for no limit of its own.
        ["timeout"] = (request, value) => Scheduling(request).QueueTimeout = value.Unsigned() is var wait && wait > 0 ? Duration.FromTimeSpan(TimeSpan.FromSeconds(Math.Min(wait, 1e15) / MicrosecondsPerSecond)) : null,
        ["max_nfe"] = (request, value) => Scheduling(request).MaxNetworkCalls = value.Whole(),
        ["time_limit"] = (request, value) => Scheduling(request).TimeLimit = Seconds(value.Number()),
        ["on_tight_deadline"] = (request, value) => Scheduling(request).OnTightDeadline = value.Word<V1.OnTightDeadline>(),
        [InferenceNames.EmptyFinalResponse] = (_, value) => value.Flag(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names of all of them but those of the operator's and the solver's own.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    public static void Read(Inference.ModelInferRequest message, V1.ReconstructRequest request, RequestProblems problems)
    {
        // In order, so that what follows from another parameter (a start means FIXED) does not depend on how a map is sent.
        foreach (var (name, given) in message.Parameters.Where(pair => pair.Key != InferenceNames.BinaryDataOutput).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var value = new ParameterValueReader(name, given, problems);
            if (Known.TryGetValue(name, out var read))
            {
                read(request, value);
            }
            else if (name.StartsWith(OperatorPrefix, StringComparison.Ordinal))
            {
                Operator(request).Parameters[name[OperatorPrefix.Length..]] = value.Value();
            }
            else if (name.StartsWith(SolverPrefix, StringComparison.Ordinal))
            {
                request.Solver.Parameters[name[SolverPrefix.Length..]] = value.Value();
            }
            else
            {
                problems.Add(ParameterValueReader.FieldOf(name), $"There is no parameter '{name}'; there are {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}, {OperatorPrefix}NAME and {SolverPrefix}NAME.");
            }
        }
    }

    /// <summary>The operator of a request, which begins to be with its first parameter.</summary>
    public static V1.ForwardOperator Operator(V1.ReconstructRequest request) => request.Operator ??= new V1.ForwardOperator();

    /// <summary>Where a request goes on, which begins to be with the first that is said of it.</summary>
    public static V1.ResumeFrom Resume(V1.ReconstructRequest request) => request.ResumeFrom ??= new V1.ResumeFrom();

    private static V1.PictureSize Size(V1.ReconstructRequest request) => Operator(request).PictureSize ??= new V1.PictureSize();

    private static V1.Adaptation Adaptation(V1.ReconstructRequest request) => request.Adaptation ??= new V1.Adaptation();

    private static V1.Sampling Sampling(V1.ReconstructRequest request) => request.Sampling ??= new V1.Sampling();

    private static V1.Scheduling Scheduling(V1.ReconstructRequest request) => request.Scheduling ??= new V1.Scheduling();

    // What is no time at all is left for the native API to refuse.
    private static Duration Seconds(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, -1, 1e9) : -1));

    private static V1.Adaptation Fixed(V1.ReconstructRequest request)
    {
        var adaptation = Adaptation(request);
        adaptation.Mode = adaptation.Mode == V1.AdaptationMode.Unspecified ? V1.AdaptationMode.Fixed : adaptation.Mode;
        return adaptation;
    }

    // A number of DDIM steps says which sampler is meant; a sampler that is named too comes later and wins.
    private static V1.Sampling Ddim(V1.ReconstructRequest request)
    {
        var sampling = Sampling(request);
        sampling.Sampler = V1.Sampler.Ddim;
        return sampling;
    }
}
