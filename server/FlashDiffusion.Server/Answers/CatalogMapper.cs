using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Answers;

/// <summary>Turns catalogs into answers of the API.</summary>
internal static class CatalogMapper
{
    /// <param name="entry">The model.</param>
    /// <param name="solvers">Solvers, whose presets the model may stand on.</param>
    public static V1.Model Model(ModelEntry entry, SolverCatalog solvers)
    {
        var message = new V1.Model
        {
            Name = entry.Name,
            Version = entry.Version,
            Description = entry.Description,
            State = entry.State switch
            {
                ServedState.Loading => V1.ServingState.Loading,
                ServedState.Ready => V1.ServingState.Ready,
                ServedState.Unloading => V1.ServingState.Unloading,
                ServedState.Unloaded => V1.ServingState.Unloaded,
                _ => V1.ServingState.Failed,
            },
            Reason = entry.Reason,
        };
        if (entry.Model is not { } served)
        {
            return message;
        }

        var model = served.Model;
        var latent = model.LatentShapeOf(new PictureShape(model.PictureMultiple, model.PictureMultiple));
        message.PictureMultiple = model.PictureMultiple;
        message.MinimumSide = served.MinimumPictureSide;
        message.MaximumSide = model.MaximumPictureSide;
        message.LatentChannels = latent.Channels;
        message.Downsampling = model.PictureMultiple / latent.Height;
        message.Timesteps = model.Schedule.Timesteps;
        message.SeverityEncoders.AddRange(served.SeverityEncoders.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Encoder(pair.Value)));
        message.TunedParameters.AddRange(TunedParametersMapper.Of(served, solvers));
        return message;
    }

    public static V1.Solver Solver(SolverEntry entry)
    {
        var message = new V1.Solver
        {
            Name = entry.Name,
            Version = entry.Version,
            State = entry.IsReady ? V1.ServingState.Ready : V1.ServingState.Failed,
            Reason = entry.Reason,
        };
        if (entry.Solver?.Descriptor is { } descriptor)
        {
            message.Description = descriptor.Description;
            message.NeedsOperator = (descriptor.Needs & (SolverNeeds.Operator | SolverNeeds.Adjoint)) != 0;
            message.NeedsAdjoint = descriptor.Needs.HasFlag(SolverNeeds.Adjoint);
            message.Parameters.AddRange(descriptor.Parameters.Select(Parameter));
            message.Presets.AddRange(SolverPresetMapper.Of(descriptor));
        }

        return message;
    }

    public static V1.Operator Operator(OperatorEntry entry)
    {
        var message = new V1.Operator
        {
            Name = entry.Name,
            Version = entry.Version,
            State = entry.Family is null ? V1.ServingState.Failed : V1.ServingState.Ready,
            Reason = entry.Reason,
        };
        if (entry.Family?.Descriptor is { } descriptor)
        {
            message.Description = descriptor.Description;
            message.IsLinear = descriptor.IsLinear;
            message.TakesMask = descriptor.TakesMask;
            message.TakesKernel = descriptor.TakesKernel;
            message.NeedsPictureSize = descriptor.NeedsPictureSize;
            message.MeasurementRange = OperatorWriter.RangeOf(descriptor.Measurement);
            message.Parameters.AddRange(descriptor.Parameters.Select(Parameter));
        }

        return message;
    }

    private static V1.SeverityEncoder Encoder(ISeverityEncoder encoder)
    {
        var message = new V1.SeverityEncoder { Operator = encoder.OperatorName };
        message.TrainedRanges.AddRange(encoder.TrainedRanges.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => new V1.TrainedRange { Parameter = pair.Key, Minimum = pair.Value.Minimum, Maximum = pair.Value.Maximum }));
        message.TrainedChoices.AddRange(encoder.TrainedChoices.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => new V1.TrainedChoice { Parameter = pair.Key, Words = { pair.Value } }));
        return message;
    }

    private static V1.ParameterDescriptor Parameter(ParameterDescriptor descriptor)
    {
        var message = new V1.ParameterDescriptor
        {
            Name = descriptor.Name,
            Kind = descriptor.Kind switch
            {
                ParameterKind.Number => V1.ParameterKind.Number,
                ParameterKind.Integer => V1.ParameterKind.Integer,
                _ => V1.ParameterKind.Choice,
            },
            DefaultValue = descriptor.Default is { } value ? Value(value) : null,
            Unit = descriptor.Unit,
            Symbol = descriptor.Symbol,
            Description = descriptor.Description,
        };
        if (descriptor.Kind != ParameterKind.Choice)
        {
            message.Minimum = descriptor.Range.Minimum;
            message.Maximum = descriptor.Range.Maximum;
        }

        message.Choices.AddRange(descriptor.Choices);
        return message;
    }

    /// <summary>A value of a parameter.</summary>
    public static V1.ParameterValue Value(ParameterValue value) =>
        value.Text is { } text ? new V1.ParameterValue { Text = text } : new V1.ParameterValue { Number = value.Number };
}
