cwlVersion: v1.2
class: CommandLineTool
label: Call variants of a haploid genome with bcftools

requirements:
  ShellCommandRequirement: {}
hints:
  DockerRequirement: { dockerPull: 'biocloud/demo-tools:1' }
  ResourceRequirement: { coresMin: 1, ramMin: 512 }

inputs:
  reference: { type: File, secondaryFiles: [.fai] }
  alignment: { type: File, secondaryFiles: [.bai] }
  name: string
arguments:
  - { shellQuote: false, valueFrom: 'bcftools mpileup --annotate FORMAT/AD --output-type u --output "$TMPDIR/pileup.bcf" --fasta-ref' }
  - $(inputs.reference.path)
  - $(inputs.alignment.path)
  - { shellQuote: false, valueFrom: '&& bcftools call --multiallelic-caller --variants-only --ploidy 1 --output "$TMPDIR/raw.vcf" "$TMPDIR/pileup.bcf"' }
  - { shellQuote: false, valueFrom: '&& bcftools norm --output "$TMPDIR/normal.vcf" "$TMPDIR/raw.vcf" --fasta-ref' }
  - $(inputs.reference.path)
  - { shellQuote: false, valueFrom: '&& bcftools view --include "QUAL>=30" "$TMPDIR/normal.vcf" --output-type z --output' }
  - $(inputs.name).vcf.gz
  - { shellQuote: false, valueFrom: '&& bcftools index' }
  - $(inputs.name).vcf.gz
outputs:
  variants:
    type: File
    secondaryFiles: [.csi]
    outputBinding: { glob: $(inputs.name).vcf.gz }
