using System.Collections.Immutable;
using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Clipping;
using FlashDiffusion.Models.Operators.CompressedSensing;
using FlashDiffusion.Models.Operators.Decolorisation;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Models.Operators.Kernels;
using FlashDiffusion.Models.Operators.NonlinearBlur;
using FlashDiffusion.Models.Operators.PhaseRetrieval;
using FlashDiffusion.Models.Operators.SuperResolution;

namespace FlashDiffusion.Models.Operators;

/// <summary>The operator families that ship, one instance each: they cache what their rows share.</summary>
internal static class OperatorFamilies
{
    public static ImmutableArray<IForwardOperatorFamily> All { get; } =
    [
        new DenoisingFamily(), new GaussianBlurFamily(), new InpaintingFamily(), new SuperResolutionFamily(), new KernelBlurFamily(), new MotionBlurFamily(),
        new DecolorisationFamily(), new HdrClipFamily(), new NonlinearBlurFamily(), new CompressedSensingFamily(), new PhaseRetrievalFamily(),
    ];

    /// <summary>The family of a name; null if there is none.</summary>
    public static IForwardOperatorFamily? Find(string name) => All.FirstOrDefault(family => family.Descriptor.Name == name);
}
