using System.Collections.Immutable;
using FlashDiffusion.Models.Operators.Official;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Inpainting;

/// <summary>Inpainting with a random mask, a box, or a mask of the caller's own.</summary>
internal sealed class InpaintingFamily : IForwardOperatorFamily
{
    public const string Name = "inpainting";
    public const string MaskType = "mask_type";
    public const string RandomMask = "random";
    public const string BoxMask = "box";
    public const string UserMask = "user";
    public const string Removed = "removed";
    public const string BoxTop = "box_top";
    public const string BoxLeft = "box_left";
    public const string BoxHeight = "box_height";
    public const string BoxWidth = "box_width";
    private const int LargestSide = 8192;

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Removes pixels; the reconstruction is consistent with the kept ones only.",
        IsLinear = true,
        TakesMask = true,
        Parameters =
        [
            ParameterDescriptor.Choice(MaskType, "Pixels removed at random (by the operator's seed), a box, or a mask that comes with the request.", RandomMask, BoxMask, UserMask),
            ParameterDescriptor.Number(Removed, 0.5, 0, 0.99, "Share of pixels that a random mask removes.") with { Unit = "share of pixels" },
            ParameterDescriptor.Integer(BoxHeight, 0, 0, LargestSide, "Height of the box; 0 is half of the picture.") with { Unit = "pixels" },
            ParameterDescriptor.Integer(BoxWidth, 0, 0, LargestSide, "Width of the box; 0 is half of the picture.") with { Unit = "pixels" },
            ParameterDescriptor.Integer(BoxTop, -1, -1, LargestSide, "First row of the box; -1 centres it.") with { Unit = "pixels" },
            ParameterDescriptor.Integer(BoxLeft, -1, -1, LargestSide, "First column of the box; -1 centres it.") with { Unit = "pixels" },
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        ImmutableArray<FieldViolation> violations = [.. Violations(spec, picture)];
        if (!violations.IsEmpty)
        {
            return new OperatorPlan { Violations = violations };
        }

        var kept = Mask(spec, picture).Values.Count(value => value > 0);
        if (kept == 0)
        {
            return new OperatorPlan { Violations = [new FieldViolation(spec.Mask is null ? $"parameters.{MaskType}" : "mask", "This mask removes every pixel of the picture; at least one must be kept.")] };
        }

        return new OperatorPlan
        {
            StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
            MeasurementShape = [3, picture.Height, picture.Width],
            MeasurementCount = 3 * kept,
        };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        UnitRangeOperator.WrapIfOfficial(new MaskOperator([.. rows.Select(row => Mask(row, picture))], device), rows[0].Compatibility);

    private static OperatorMask Mask(OperatorSpec spec, PictureShape picture)
    {
        if (spec.Parameters.Choice(MaskType) == UserMask)
        {
            return spec.Mask!;
        }

        if (spec.Parameters.Choice(MaskType) == RandomMask)
        {
            return PixelMasks.Random(picture, spec.Parameters.Number(Removed), spec.Seed);
        }

        var box = Box(spec, picture);
        return PixelMasks.Box(picture, box.Top, box.Left, box.Height, box.Width);
    }

    private static (int Top, int Left, int Height, int Width) Box(OperatorSpec spec, PictureShape picture)
    {
        var height = spec.Parameters.Integer(BoxHeight) is var h && h == 0 ? picture.Height / 2 : h;
        var width = spec.Parameters.Integer(BoxWidth) is var w && w == 0 ? picture.Width / 2 : w;
        var top = spec.Parameters.Integer(BoxTop) is var t && t < 0 ? (picture.Height - height) / 2 : t;
        var left = spec.Parameters.Integer(BoxLeft) is var l && l < 0 ? (picture.Width - width) / 2 : l;
        return (top, left, height, width);
    }

    private static IEnumerable<FieldViolation> Violations(OperatorSpec spec, PictureShape picture)
    {
        var type = spec.Parameters.Choice(MaskType);
        if (type == UserMask)
        {
            return UserMaskViolations(spec.Mask, picture);
        }

        return spec.Mask is not null
            ? [new FieldViolation("mask", $"A mask came with the request but {MaskType} is '{type}': set it to '{UserMask}', or leave the mask out.")]
            : type == BoxMask ? BoxViolations(Box(spec, picture), picture) : [];
    }

    private static IEnumerable<FieldViolation> UserMaskViolations(OperatorMask? mask, PictureShape picture)
    {
        if (mask is null)
        {
            yield return new FieldViolation("mask", $"With {MaskType} '{UserMask}' the request must bring a mask of {picture}.");
        }
        else if (mask.Height != picture.Height || mask.Width != picture.Width || mask.Values.Length != mask.Height * mask.Width)
        {
            yield return new FieldViolation("mask", $"The mask must be as large as the picture, {picture}, but is {mask.Height}x{mask.Width} with {mask.Values.Length} values.");
        }
        else if (mask.Values.Any(value => !(value is >= 0 and <= 1)))
        {
            yield return new FieldViolation("mask", "Values of a mask lie in 0..1: 1 keeps a pixel, 0 removes it.");
        }
    }

    private static IEnumerable<FieldViolation> BoxViolations((int Top, int Left, int Height, int Width) box, PictureShape picture)
    {
        if (box.Height > picture.Height || box.Top < 0 || box.Top + box.Height > picture.Height)
        {
            yield return new FieldViolation($"parameters.{BoxHeight}", $"A box of {box.Height} rows from row {Math.Max(box.Top, 0)} does not fit into a picture of {picture}.");
        }

        if (box.Width > picture.Width || box.Left < 0 || box.Left + box.Width > picture.Width)
        {
            yield return new FieldViolation($"parameters.{BoxWidth}", $"A box of {box.Width} columns from column {Math.Max(box.Left, 0)} does not fit into a picture of {picture}.");
        }
    }
}
