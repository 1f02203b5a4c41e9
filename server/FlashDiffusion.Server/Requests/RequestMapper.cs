using System.Diagnostics;
using System.Security.Cryptography;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Retention;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Requests;

/// <summary>
/// Turns requests of the API into immutable requests of the engine. Reads every part even after one failed, so that all violations
/// come back at once; starts nothing.
/// </summary>
internal sealed class RequestMapper(IOptions<LimitOptions> limits, IOptions<EngineOptions> engine, IOptions<ResultOptions> results, ResumeDesk resumes)
{
    private PictureLimits FileLimits => new() { MaxBytes = limits.Value.MaximumPictureBytes, MaxPixels = limits.Value.MaximumPicturePixels };

    public Mapped<MappedReconstruction> Map(V1.ReconstructRequest message, ServingContext context, DateTimeOffset? deadline)
    {
        if (message.ResumeFrom is null)
        {
            return MapNew(message, context, deadline);
        }

        return resumes.Open(message, context).TryGet(out var pinned, out var error) && MapNew(pinned.Message, context, deadline).TryGet(out var mapped, out error)
            ? resumes.Continue(mapped, pinned.Opened, message.ResumeFrom.RequireExact)
            : Mapped<MappedReconstruction>.Refused(error!);
    }

    private Mapped<MappedReconstruction> MapNew(V1.ReconstructRequest message, ServingContext context, DateTimeOffset? deadline)
    {
        var problems = new RequestProblems();
        RetentionReader.Read(message, results.Value, problems);
        var model = ModelReader.Read(context.Models, message.Model, message.ModelVersion, problems)?.Model;
        var compatibility = CompatibilityOf(message.Compatibility, problems);
        var pictureLimits = LimitsOf(model);
        var forward = message.Operator is null ? null : OperatorReader.Read(context.Operators, message.Operator, compatibility, pictureLimits, problems);
        var measurement = MeasurementReader.Read(message.Measurement, forward, pictureLimits, problems);
        var picture = PictureShapeOf(measurement, message.Operator, forward, model, pictureLimits.MaxSide, problems);
        // Official mode reproduces the research code, which knows nothing of this model's tuning.
        var tuned = compatibility == Compatibility.Standard ? model?.PresetOf(SolverReader.NameOf(context, message.Solver), forward?.Spec.Name) : null;
        tuned = message.Adaptation?.Mode == V1.AdaptationMode.Full ? tuned?.ForFull() : tuned;
        var (preset, presetSampling) = PresetPicker.Pick(
            context.Solvers.Find(SolverReader.NameOf(context, message.Solver))?.Solver?.Descriptor, message.Solver, tuned, forward?.Spec.Name, compatibility);
        var solver = SolverReader.Read(context, message.Solver, preset, problems);
        var sampling = SamplingReader.Read(SamplingReader.Said(message.Sampling) ?? SamplingReader.MessageOf(presetSampling), model?.Model.Schedule, compatibility, problems);
        var adaptation = AdaptationReader.Read(message.Adaptation, model?.Model.Schedule.Timesteps, preset, problems);
        var progress = ProgressReader.Read(message.Progress, problems);
        var format = ProgressReader.ReadFormat(message.Progress, message.Output, problems);
        var priority = SchedulingReader.PriorityOf(message.Scheduling, problems);
        var queueTimeout = SchedulingReader.QueueTimeoutOf(message.Scheduling, problems);
        var timeLimit = SchedulingReader.TimeLimitOf(message.Scheduling, problems);
        var networkCalls = SchedulingReader.NetworkCallsOf(message.Scheduling, problems);
        var onTightDeadline = SchedulingReader.TightDeadlineOf(message.Scheduling, problems);
        var mode = SchedulingReader.ModeOf(message.Mode, engine.Value.Mode, problems);
        if (solver is { } chosen)
        {
            SolverNeedsCheck.Check(chosen.Solver.Descriptor, message.Operator is not null, forward, problems);
            if (model is not null && picture is { } shape && !problems.Violations.Any(violation => violation.Field.StartsWith("sampling", StringComparison.Ordinal)))
            {
                SolverPlanCheck.Check(chosen.Solver, chosen.Parameters, model, forward, shape, sampling, compatibility, problems);
            }
        }

        if (problems.Any)
        {
            return Mapped<MappedReconstruction>.Refused(problems.ToError());
        }

        var request = new ReconstructionRequest
        {
            Model = model!,
            Solver = solver!.Value.Solver,
            SolverParameters = solver.Value.Parameters,
            Operator = forward,
            Measurement = measurement!.ToInternal(),
            Picture = picture!.Value,
            Sampling = sampling,
            Adaptation = adaptation,
            Seed = SeedOf(message.HasSeed, message.Seed),
            Compatibility = compatibility,
            Progress = progress,
            IncludeLatent = message.Output?.IncludeLatent ?? false,
            Mode = mode,
            Priority = priority,
            QueueTimeout = queueTimeout,
            TimeLimit = timeLimit,
            MaximumNetworkCalls = networkCalls,
            GuidanceExponent = preset?.GuidanceExponent,
            OnTightDeadline = onTightDeadline,
            Deadline = deadline,
            Parent = Activity.Current?.Context ?? default,
        };
        return Mapped<MappedReconstruction>.Of(new MappedReconstruction(
            request, format, solver.Value.Solver.Descriptor, [.. Measurements.Notices(measurement, message.Operator), .. PresetNotice.Of(preset, message)])
        {
            Checkpoints = resumes.WriterFor(request),
            Operator = OperatorWriter.Write(forward, request.Picture),
        });
    }

    public Mapped<SeverityRequest> Map(V1.EstimateSeverityRequest message, ServingContext context)
    {
        var problems = new RequestProblems();
        var model = ModelReader.Read(context.Models, message.Model, message.ModelVersion, problems)?.Model;
        var pictureLimits = LimitsOf(model);
        var forward = RequiredOperator(message.Operator, context, pictureLimits, problems);
        var measurement = MeasurementReader.Read(message.Measurement, forward, pictureLimits, problems);
        var picture = PictureShapeOf(measurement, message.Operator, forward, model, pictureLimits.MaxSide, problems);
        if (model is not null && forward is not null && !model.SeverityEncoders.ContainsKey(forward.Spec.Name))
        {
            var known = string.Join(", ", model.SeverityEncoders.Keys.Order(StringComparer.Ordinal));
            problems.Add("operator.name", $"The model '{model.Model.Name}' has no severity encoder for '{forward.Spec.Name}'; it has {(known.Length == 0 ? "none" : "some for " + known)}.");
        }

        return problems.Any ? Mapped<SeverityRequest>.Refused(problems.ToError()) : Mapped<SeverityRequest>.Of(new SeverityRequest
        {
            Model = model!,
            Operator = forward!,
            Measurement = measurement!.ToInternal(),
            Picture = picture!.Value,
            IncludeLatent = message.IncludeLatent,
            IncludeDecodedMean = message.IncludeDecodedMean,
            Parent = Activity.Current?.Context ?? default,
        });
    }

    public Mapped<MappedDegradation> Map(V1.DegradeRequest message, ServingContext context)
    {
        var problems = new RequestProblems();
        var read = PictureReader.Read(message.Picture, "picture", FileLimits, problems);
        var picture = DegradationCrop.Apply(read?.Picture, message.Crop, limits.Value.MaximumDegradedSide, problems);
        var forward = RequiredOperator(message.Operator, context, FileLimits, problems);
        var stated = message.Operator is null ? null : StatedSize.Read(message.Operator, FileLimits.MaxSide, problems);
        if (stated is { } size && picture is not null && size != new PictureShape(picture.Height, picture.Width))
        {
            problems.Add("operator.picture_size", $"The picture to degrade is {picture.Height}x{picture.Width} pixels, not {size}; the size may be left out.");
        }

        if (forward is not null && picture is not null)
        {
            foreach (var violation in Plans.Of(forward, new PictureShape(picture.Height, picture.Width)).Violations)
            {
                problems.Add($"operator.{violation.Field}", violation.Description);
            }
        }

        return problems.Any ? Mapped<MappedDegradation>.Refused(problems.ToError()) : Mapped<MappedDegradation>.Of(new MappedDegradation(
            new DegradeRequest { Operator = forward!, Picture = Measurements.ToInternal(picture!), Seed = SeedOf(message.HasSeed, message.Seed) }, picture!));
    }

    private static OperatorRequest? RequiredOperator(V1.ForwardOperator? message, ServingContext context, PictureLimits pictureLimits, RequestProblems problems)
    {
        if (message is null)
        {
            problems.Add("operator", "The forward operator is required.");
            return null;
        }

        return OperatorReader.Read(context.Operators, message, Compatibility.Standard, pictureLimits, problems);
    }

    /// <summary>Shape of the picture to reconstruct; null if it can't be told (yet something else is wrong) or has been reported.</summary>
    private static PictureShape? PictureShapeOf(
        ReadMeasurement? measurement, V1.ForwardOperator? message, OperatorRequest? forward, ServedModel? model, int largestSide, RequestProblems problems)
    {
        var stated = message is null ? null : StatedSize.Read(message, largestSide, problems);
        if (measurement is null || (message is not null && forward is null) || (message?.PictureSize is not null && stated is null))
        {
            return null;
        }

        var own = measurement.Shape is [_, var height, var width] ? new PictureShape((int)height, (int)width) : default(PictureShape?);
        var picture = forward is null ? own : MeasuredPicture.ShapeOf(forward, measurement.Shape, stated, problems);
        if (model is not null && (picture ?? own) is { } checkedShape && (picture is not null || measurement.Kind == MeasurementKind.Picture))
        {
            // Where the operator does not fit the picture at all, the picture may be too small: the model's limits then say so.
            PictureSize.Check(checkedShape, measurement.Kind == MeasurementKind.Picture ? own ?? checkedShape : checkedShape, model, problems);
        }

        return picture;
    }

    private static Compatibility CompatibilityOf(V1.Compatibility compatibility, RequestProblems problems)
    {
        if (!Enum.IsDefined(compatibility))
        {
            problems.Add("compatibility", $"There is no compatibility {(int)compatibility}.");
        }

        return compatibility == V1.Compatibility.Official ? Compatibility.Official : Compatibility.Standard;
    }

    // A seed must not be guessable from another request's, so it does not come from a counter or a clock.
    private static ulong SeedOf(bool given, ulong seed) => given ? seed : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    // A file that declares more than the model takes is refused by its header, before a pixel is decoded.
    private PictureLimits LimitsOf(ServedModel? model) =>
        model is null ? FileLimits : FileLimits with { MaxSide = model.Model.MaximumPictureSide };
}
