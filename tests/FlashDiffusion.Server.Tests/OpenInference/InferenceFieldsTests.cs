using System.Collections.Frozen;
using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Resume;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceFieldsTests
{
    private static readonly InferenceCall Call = new(
        new V1.ReconstructRequest(), new Dictionary<string, int> { ["checkpoint"] = 0, ["measurement"] = 1 }.ToFrozenDictionary(), new InferenceReply("starter", "", "", []));

    [Theory]
    [InlineData("resume_from.token", "parameters[resume]")]
    [InlineData("progress.checkpoint_every_steps", "parameters[checkpoint_every]")]
    [InlineData("measurement", "inputs[1]")]
    [InlineData("operator", "parameters[operator]")]
    [InlineData("sampling", "parameters[sampler]")]
    [InlineData("solver.parameters[guidance_scale]", "parameters[solver.guidance_scale]")]
    [InlineData("solver.parameters.guidance_scale", "parameters[solver.guidance_scale]")]
    [InlineData("mode", "parameters[mode]")]
    public void Translate_FieldOfTheNativeApi_IsThePlaceInTheRequest(string native, string place)
    {
        var error = InferenceFields.Translate(ResumeErrors.Mismatch([new FieldViolation(native, "It is another one.")]), Call);

        Assert.Equal(place, Assert.Single(error.Violations).Field);
        Assert.Equal($"{place}: It is another one.", error.Message);
    }
}
