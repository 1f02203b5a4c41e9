using System.Collections.Immutable;
using System.Globalization;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Finds everything that is wrong with a request before anything is started. Pure; any thread.</summary>
internal static class RequestChecker
{
    private const double LargestNoiseStd = 2;

    /// <summary>Every violation of a reconstruction request, with paths as in the request message.</summary>
    public static ImmutableArray<FieldViolation> Check(ReconstructionRequest request)
    {
        var violations = new List<FieldViolation>();
        var shaped = CheckPicture(request.Model, request.Picture, violations);
        var plan = shaped ? CheckOperator(request.Operator, request.Picture, violations) : null;
        CheckMeasurement(request.Measurement, request.Operator is null ? [3, request.Picture.Height, request.Picture.Width] : plan?.MeasurementShape, violations);
        CheckAdaptation(request.Adaptation, request.Model.Model.Schedule.Timesteps, violations);
        CheckNeeds(request, violations);
        var grid = CheckSampling(request, violations);
        if (violations.Count == 0)
        {
            var piece = Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture);
            var solver = Plans.Of(request.Solver, SampleFactory.SpecOf(request, piece, grid!.FullIndex(request.Compatibility)));
            // Whoever sealed a checkpoint took it from such a request; this keeps what was never sealed from reaching the device.
            if (!ResumeChecker.Fits(request))
            {
                violations.Add(new FieldViolation("resume_from.checkpoint", "The checkpoint does not belong to this request."));
            }

            violations.AddRange(solver.Violations.Select(violation => violation with { Field = violation.Field.StartsWith("parameters", StringComparison.Ordinal) ? "solver." + violation.Field : violation.Field }));
        }

        return [.. violations];
    }

    /// <summary>Every violation of a severity request.</summary>
    public static ImmutableArray<FieldViolation> Check(SeverityRequest request)
    {
        var violations = new List<FieldViolation>();
        var plan = CheckPicture(request.Model, request.Picture, violations) ? CheckOperator(request.Operator, request.Picture, violations) : null;
        CheckMeasurement(request.Measurement, plan?.MeasurementShape, violations);
        if (!request.Model.SeverityEncoders.ContainsKey(request.Operator.Spec.Name))
        {
            var known = request.Model.SeverityEncoders.Count == 0 ? "none" : "those for " + string.Join(", ", request.Model.SeverityEncoders.Keys.Order(StringComparer.Ordinal));
            violations.Add(new FieldViolation("operator.name", $"The model has no severity encoder for '{request.Operator.Spec.Name}'; it has {known}."));
        }

        return [.. violations];
    }

    /// <summary>Every violation of a degradation.</summary>
    public static ImmutableArray<FieldViolation> Check(DegradeRequest request)
    {
        var violations = new List<FieldViolation>();
        if (request.Picture.Shape.Length != 3 || request.Picture.Shape[0] != 3 || request.Picture.Shape.Any(side => side < 1))
        {
            return [new FieldViolation("picture", $"The picture must have the shape (3, height, width), but has ({string.Join(", ", request.Picture.Shape)}).")];
        }

        CheckOperator(request.Operator, new PictureShape((int)request.Picture.Shape[1], (int)request.Picture.Shape[2]), violations);
        CheckValues("picture", request.Picture, violations);
        return [.. violations];
    }

    private static bool CheckPicture(ServedModel model, PictureShape picture, List<FieldViolation> violations)
    {
        var (smallest, largest) = (model.MinimumPictureSide, model.Model.MaximumPictureSide);
        if (picture.Height >= smallest && picture.Width >= smallest && picture.Height <= largest && picture.Width <= largest)
        {
            return true;
        }

        violations.Add(new FieldViolation("measurement", $"The picture has {picture.Height} rows and {picture.Width} columns; this model takes {smallest} to {largest} of each."));
        return false;
    }

    private static OperatorPlan? CheckOperator(OperatorRequest? degradation, PictureShape picture, List<FieldViolation> violations)
    {
        if (degradation is null)
        {
            return null;
        }

        if (!(degradation.NoiseStd is >= 0 and <= LargestNoiseStd))
        {
            violations.Add(new FieldViolation("operator.noise_std", "The standard deviation of the noise must be a number from 0 to 1 on the range [0, 1]."));
        }

        var plan = Plans.Of(degradation, picture);
        violations.AddRange(plan.Violations.Select(violation => violation with { Field = "operator." + violation.Field }));
        return plan.Violations.IsEmpty ? plan : null;
    }

    private static void CheckMeasurement(HostTensor measurement, ImmutableArray<long>? expected, List<FieldViolation> violations)
    {
        if (expected is { } shape && !measurement.Shape.SequenceEqual(shape))
        {
            violations.Add(new FieldViolation("measurement", $"The measurement has the shape ({string.Join(", ", measurement.Shape)}), but the operator makes ({string.Join(", ", shape)})."));
        }

        CheckValues("measurement", measurement, violations);
    }

    private static void CheckValues(string field, HostTensor tensor, List<FieldViolation> violations)
    {
        if (tensor.Elements != tensor.Values.Length)
        {
            violations.Add(new FieldViolation(field, $"There are {tensor.Values.Length} values for the shape ({string.Join(", ", tensor.Shape)})."));
        }
        else if (tensor.Values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            violations.Add(new FieldViolation(field, "There are values that are not finite."));
        }
    }

    private static void CheckAdaptation(Adaptation adaptation, int timesteps, List<FieldViolation> violations)
    {
        Range("adaptation.correction", adaptation.Correction, 0, 2);
        Range("adaptation.severity_multiplier", adaptation.SeverityMultiplier, 0.1, 10);
        if (adaptation.Mode != AdaptationMode.Fixed)
        {
            return;
        }

        if (adaptation.StartTimestep is null == adaptation.Severity is null)
        {
            violations.Add(new FieldViolation("adaptation", "A fixed start needs either a start timestep or a severity."));
        }

        if (adaptation.StartTimestep is { } timestep)
        {
            Range("adaptation.start_timestep", timestep, 0, timesteps - 1);
        }

        if (adaptation.Severity is { } severity && !(severity > 0 && double.IsFinite((float)severity)))
        {
            violations.Add(new FieldViolation("adaptation.severity", "The severity must be a finite number above 0."));
        }

        void Range(string field, double value, double minimum, double maximum)
        {
            if (!new ParameterRange(minimum, maximum).Contains(value))
            {
                violations.Add(new FieldViolation(field, string.Create(CultureInfo.InvariantCulture, $"Must be from {minimum} to {maximum}, but is {value}.")));
            }
        }
    }

    private static void CheckNeeds(ReconstructionRequest request, List<FieldViolation> violations)
    {
        var needs = request.Solver.Descriptor.Needs;
        if (request.Operator is null && (needs & (SolverNeeds.Operator | SolverNeeds.Adjoint)) != 0)
        {
            violations.Add(new FieldViolation("operator", $"{request.Solver.Descriptor.Name} needs the forward operator that degraded the picture; name one from the catalog."));
        }

        if (request.Operator is { } degradation && needs.HasFlag(SolverNeeds.Adjoint) && !degradation.Family.Descriptor.IsLinear)
        {
            violations.Add(new FieldViolation("operator.name", $"{request.Solver.Descriptor.Name} needs a linear operator, and '{degradation.Spec.Name}' is not."));
        }

        if (needs.HasFlag(SolverNeeds.CleanStart) && request.Adaptation.Start == StartMode.DdimInversion)
        {
            violations.Add(new FieldViolation("adaptation.start_mode", $"{request.Solver.Descriptor.Name} starts from the estimated clean latent itself, so there is nothing to invert; leave the start mode out."));
        }
    }

    private static StartGrid? CheckSampling(ReconstructionRequest request, List<FieldViolation> violations)
    {
        try
        {
            return StartGrid.Of(request.Model.Model.Schedule, request.Sampling, request.Compatibility);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            violations.Add(exception.ParamName == "eta"
                ? new FieldViolation("sampling.ddim_eta", "Must be from 0 to 1.")
                : new FieldViolation("sampling.ddim_steps", request.Compatibility == Compatibility.Official
                    ? $"The research code's grid does not exist for {request.Sampling.DdimSteps} steps; take a number that divides {request.Model.Model.Schedule.Timesteps} with a rest."
                    : $"Must be from 1 to {request.Model.Model.Schedule.Timesteps}, but is {request.Sampling.DdimSteps}."));
            return null;
        }
    }
}
